# The access log's fields: caller and outcome. No query strings and no headers, which may contain a token.

locals {
  access_log_format = jsonencode({
    request_id        = "$context.requestId"
    time              = "$context.requestTime"
    source_ip         = "$context.identity.sourceIp"
    user_agent        = "$context.identity.userAgent"
    account           = "$context.identity.accountId"
    caller            = "$context.identity.userArn"
    issuer            = "$context.authorizer.claims.iss"
    subject           = "$context.authorizer.claims.sub"
    authorizer_error  = "$context.authorizer.error"
    method            = "$context.httpMethod"
    path              = "$context.path"
    status            = "$context.status"
    latency_ms        = "$context.responseLatency"
    integration_error = "$context.integration.error"
  })
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}
