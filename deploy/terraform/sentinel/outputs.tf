output "http_api_url" {
  description = "Base URL of the HTTP API, for the callers' SENTINEL_REMOTE_SERVER; null without one."
  value       = one(aws_apigatewayv2_api.this[*].api_endpoint)
}

output "console_url" {
  description = "Address of the hosted console on the API's own domain, a redirect URI of its OAuth client; null without one."
  value       = local.console_address
}

output "slack_url" {
  description = "Address that Slack sends presses and commands to; null without Slack."
  value       = local.slack_address
}

output "slack_manifest" {
  description = "Manifest of the Slack app, as JSON, for Slack's \"Create an app from a manifest\"; null without Slack."
  value       = local.slack_address == null ? null : templatefile("${local.policies}/slack-manifest.json.tftpl", { url = local.slack_address })
}

output "rest_api_url" {
  description = "Base URL of the REST API; null without one. A private API's name resolves in the VPC of its endpoints only."
  value       = one(aws_api_gateway_stage.this[*].invoke_url)
}

output "api_ids" {
  description = "Ids of the APIs whose events the functions accept."
  value       = local.api_ids
}

output "caller_policies" {
  description = "IAM policies for callers, as JSON: one per API, by its kind."
  value = merge(
    { for api in aws_apigatewayv2_api.this : "http" => templatefile("${local.policies}/caller.json.tftpl", merge(local.deployment, { api_id = api.id })) },
    { for api in aws_api_gateway_rest_api.this : "rest" => templatefile("${local.policies}/caller.json.tftpl", merge(local.deployment, { api_id = api.id })) },
  )
}

output "operator_policy" {
  description = "IAM policy for operators who push documents, as JSON. With document_keys they can neither delete one nor sign."
  value       = templatefile("${local.policies}/${length(var.document_keys) == 0 ? "operator" : "writer"}.json.tftpl", local.deployment)
}

output "issuer_documents" {
  description = "The issuer documents by name, as they are signed: sentinel policy sign, and then issuers.<name>.signature."
  value       = local.issuer_documents
}

output "vend_role_arn" {
  description = "The role that protected roles trust: input of the module protected-role."
  value       = module.vend.role_arn
}

output "admin_role_arn" {
  description = "The role that writes the kill switch: input of the module kill-switch-account."
  value       = module.admin.role_arn
}

output "kill_switch_policy_arn" {
  description = "Boundary of the protected roles of this account: input of the module protected-role; null without one."
  value       = one(aws_iam_policy.revocations[*].arn)
}

output "protected_path" {
  description = "IAM path of the protected roles."
  value       = var.protected_path
}

output "authorizers" {
  description = "Each authorizer by its key: input of the module guarded-api."
  value = { for key, authorizer in module.authorizer : key => {
    function_name = authorizer.name
    alias         = authorizer.alias
    invoke_arn    = authorizer.invoke_arn
    role_arn      = authorizer.role_arn
  } }
}

output "functions" {
  description = "Every function by its name: its alias, execution role, settings and inline policies, for reviews."
  value = { for function in concat([module.vend, module.admin], values(module.authorizer)) : function.name => {
    alias_arn = function.alias_arn
    role_arn  = function.role_arn
    settings  = function.environment
    policies  = { for name, policy in function.policies : name => jsondecode(policy) }
    log_group = function.log_group
  } }
}

output "tables" {
  description = "Names of the tables by their contents: session, grant and budget."
  value       = { for key, table in aws_dynamodb_table.this : key => table.name }
}

output "topic_arn" {
  description = "ARN of the SNS topic that every change is published to."
  value       = aws_sns_topic.events.arn
}

output "event_bus_arn" {
  description = "ARN of the event bus that every change is put on; null without one."
  value       = one(aws_cloudwatch_event_bus.events[*].arn)
}

output "audit_bucket" {
  description = "Name of the bucket of the audit archive; null without one."
  value       = one(aws_s3_bucket.audit[*].id)
}

output "parameter_prefix" {
  description = "Path in Parameter Store below which the documents are stored."
  value       = var.parameter_prefix
}
