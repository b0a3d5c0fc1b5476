# The REST API's resource policy, and the stage that serves it.

locals {
  # The accounts whose callers are accepted. Naming an account lets its own identity policies decide.
  rest_accounts = length(var.trusted_accounts) > 0 ? var.trusted_accounts : [local.deployment.account]
  # A call from any other network is denied, regardless of identity policies.
  rest_networks = var.rest_api == null ? {} : merge(
    var.rest_api.type == "PRIVATE" ? {
      OnlyThroughTheseEndpoints = { StringNotEquals = { "aws:SourceVpce" = var.rest_api.vpc_endpoint_ids } }
    } : {},
    length(var.rest_api.source_ips) > 0 ? {
      OnlyFromTheseAddresses = {
        NotIpAddress = { (var.rest_api.type == "PRIVATE" ? "aws:VpcSourceIp" : "aws:SourceIp") = var.rest_api.source_ips }
      }
    } : {},
  )

  rest_policy = var.rest_api == null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TrustedAccounts"
        Effect    = "Allow"
        Principal = { AWS = [for account in local.rest_accounts : "arn:${local.deployment.partition}:iam::${account}:root"] }
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.this[0].execution_arn}/*"
      }],
      [for sid, condition in local.rest_networks : {
        Sid       = sid
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.this[0].execution_arn}/*"
        Condition = condition
      }],
    )
  })
}

resource "aws_api_gateway_rest_api_policy" "this" {
  count = length(local.rest_api)

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  policy      = local.rest_policy
}

resource "aws_api_gateway_deployment" "this" {
  count = length(local.rest_api)

  rest_api_id = aws_api_gateway_rest_api.this[0].id

  # A deployment is a snapshot: its copy of the API, including the resource policy, applies until the next deployment.
  triggers = {
    content = sha256(jsonencode([
      local.rest_policy,
      aws_api_gateway_method.this,
      aws_api_gateway_integration.this,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_api_gateway_rest_api_policy.this]
}

resource "aws_api_gateway_stage" "this" {
  count = length(local.rest_api)

  rest_api_id          = aws_api_gateway_rest_api.this[0].id
  deployment_id        = aws_api_gateway_deployment.this[0].id
  stage_name           = var.rest_api.stage
  xray_tracing_enabled = var.tracing

  # API Gateway writes them only if it has a CloudWatch role (aws_api_gateway_account). There is one per
  # account and region, so this module does not create it.
  dynamic "access_log_settings" {
    for_each = var.rest_api.access_logs ? [local.access_log_format] : []

    content {
      destination_arn = aws_cloudwatch_log_group.access.arn
      format          = access_log_settings.value
    }
  }

  tags = var.tags
}

resource "aws_api_gateway_method_settings" "this" {
  count = length(local.rest_api)

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
    metrics_enabled        = true
    # No execution logs: they would contain headers, which contain tokens.
    logging_level      = "OFF"
    data_trace_enabled = false
  }
}

# A method's settings replace all of the stage's.
resource "aws_api_gateway_method_settings" "incident" {
  for_each = var.rest_api == null ? {} : local.incident_parts

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  method_path = "${join("/", each.value)}/${split(" ", each.key)[0]}"

  settings {
    throttling_rate_limit  = var.incident_throttle.rate
    throttling_burst_limit = var.incident_throttle.burst
    metrics_enabled        = true
    logging_level          = "OFF"
    data_trace_enabled     = false
  }
}
