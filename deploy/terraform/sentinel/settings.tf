# Each function's environment variables (docs/settings.md). A null value is omitted: the function has a default.

locals {
  # API Gateway waits 10 seconds for an authorizer, and 29 or 30 for an integration.
  timeout_s            = ceil(coalesce(var.deadline, 8)) + 4
  authorizer_timeout_s = 10
  # Long enough to list an Identity Center of thousands of groups. The API's requests keep their deadline.
  admin_timeout_s = var.group_sync == null ? local.timeout_s : 300

  api_ids = concat(aws_apigatewayv2_api.this[*].id, aws_api_gateway_rest_api.this[*].id)

  # The partitions whose public endpoints chain to Amazon's own authorities (deploy/packages/roots.py).
  amazon_roots_partitions = ["aws", "aws-eusc", "aws-us-gov"]
  amazon_roots            = coalesce(var.trust_amazon_roots_only, contains(local.amazon_roots_partitions, local.deployment.partition))

  amazon_roots_file = local.amazon_roots ? "/var/task/amazon-roots.pem" : null

  tables = {
    AWS_CA_BUNDLE          = local.amazon_roots_file
    SSL_CERT_FILE          = local.amazon_roots_file
    SENTINEL_DEPLOYMENT    = var.name
    SENTINEL_SESSION_TABLE = aws_dynamodb_table.this["session"].name
    SENTINEL_GRANT_TABLE   = aws_dynamodb_table.this["grant"].name
    SENTINEL_CALL_TIMEOUT  = var.call_timeout
    SENTINEL_HEDGE_RATIO   = var.hedge_ratio
  }

  endpoints = { for service, url in var.endpoints : "AWS_ENDPOINT_URL_${upper(service)}" => url }
  # An authorizer sends STS proofs that callers signed for the regional endpoint; no other endpoint accepts them.
  authorizer_endpoints = { for name, url in local.endpoints : name => url if name == "AWS_ENDPOINT_URL_DYNAMODB" }

  documented = {
    SENTINEL_API_ID               = join(",", local.api_ids)
    SENTINEL_BUDGET_TABLE         = aws_dynamodb_table.this["budget"].name
    SENTINEL_DEADLINE             = var.deadline
    SENTINEL_PARAMETER_PREFIX     = var.parameter_prefix
    SENTINEL_TRUSTED_ACCOUNTS     = join(",", var.trusted_accounts)
    SENTINEL_SSO_ROLES            = join(",", var.sso_roles)
    SENTINEL_NAMED_SESSION_ROLES  = join(",", var.named_session_roles)
    SENTINEL_SHARED_NAME_ACCOUNTS = join(",", var.shared_name_accounts)
    SENTINEL_DOCUMENT_TTL         = var.document_ttl
    SENTINEL_DOCUMENT_MAX_STALE   = var.document_max_stale
    SENTINEL_DOCUMENT_KEYS        = join(",", var.document_keys)
    SENTINEL_READ_BUDGET          = var.read_budget
    SENTINEL_GROUP_SYNC           = var.group_sync == null ? null : true
  }

  vend_settings = { for name, value in merge(local.tables, local.endpoints, local.documented, {
    SENTINEL_VEND_BUDGET = var.vend_budget
  }) : name => tostring(value) if value != null && value != "" }

  admin_settings = { for name, value in merge(local.tables, local.endpoints, local.documented, {
    SENTINEL_ADMIN_BUDGET          = var.admin_budget
    SENTINEL_TOPIC_ARN             = aws_sns_topic.events.arn
    SENTINEL_EVENT_BUS             = one(aws_cloudwatch_event_bus.events[*].arn)
    SENTINEL_CONSOLE_URL           = try(coalesce(var.console_url, local.console_address), null)
    SENTINEL_PROTECTED_PATH        = var.protected_path
    SENTINEL_KILL_SWITCH_POLICIES  = join(",", local.kill_switch_accounts)
    SENTINEL_LASTING_KEYS          = var.lasting_keys
    SENTINEL_GROUPS_BELIEVED_FOR   = local.believed_for
    SENTINEL_IDENTITY_STORE        = local.identity_store_id
    SENTINEL_IDENTITY_STORE_REGION = try(var.group_sync.identity_store_region, null)
    SENTINEL_IDENTITY_STORE_ROLE   = local.identity_store_role_arn
    SENTINEL_CONSOLE               = local.console
    SENTINEL_SLACK                 = var.slack ? true : null
  }) : name => tostring(value) if value != null && value != "" }

  # A null value stays null, so that the function has no console.
  console = var.console == null ? null : jsonencode(merge(var.console, { issuer_url = var.issuers[var.console.issuer].issuer }))

  authorizer_settings = { for key, authorizer in var.authorizers : key => {
    for name, value in merge(local.tables, local.authorizer_endpoints, {
      SENTINEL_API_ID            = join(",", authorizer.api_ids)
      SENTINEL_DEADLINE          = min(coalesce(var.deadline, 8), local.authorizer_timeout_s - 1)
      SENTINEL_ACCEPTED_PROFILES = join(",", authorizer.accepted_profiles)
      SENTINEL_MAX_SESSION_AGE   = authorizer.max_session_age
      SENTINEL_PROOF_BINDING     = authorizer.proof_binding
      SENTINEL_STS_REGIONS       = join(",", authorizer.sts_regions)
    }) : name => tostring(value) if value != null && value != ""
  } }
}
