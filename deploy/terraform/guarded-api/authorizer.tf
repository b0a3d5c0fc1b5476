# A Sentinel authorizer in front of your API. Nothing is cached: a cached result would remain valid after a revocation.

locals {
  http = var.api.type == "HTTP" ? [var.api] : []
  rest = var.api.type == "REST" ? [var.api] : []
}

resource "aws_apigatewayv2_authorizer" "this" {
  count = length(local.http)

  api_id                            = var.api.id
  name                              = var.name
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = var.authorizer.invoke_arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  identity_sources                  = ["$request.header.Authorization"]
  authorizer_result_ttl_in_seconds  = 0
}

resource "aws_api_gateway_authorizer" "this" {
  count = length(local.rest)

  rest_api_id                      = var.api.id
  name                             = var.name
  type                             = "REQUEST"
  authorizer_uri                   = var.authorizer.invoke_arn
  identity_source                  = "method.request.header.Authorization"
  authorizer_result_ttl_in_seconds = 0
}

locals {
  authorizer_id = one(concat(aws_apigatewayv2_authorizer.this[*].id, aws_api_gateway_authorizer.this[*].id))
}

# API Gateway may invoke the authorizer's alias, and only for this API.
resource "aws_lambda_permission" "this" {
  statement_id  = "Guard-${var.api.id}"
  action        = "lambda:InvokeFunction"
  function_name = var.authorizer.function_name
  qualifier     = var.authorizer.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${var.api.execution_arn}/authorizers/${local.authorizer_id}"
}
