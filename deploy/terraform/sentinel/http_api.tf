# The HTTP API in front of vend and admin. API Gateway checks each route's authorization: IAM, or an issuer's tokens.
# The files of a hosted console are open to anyone, and so is Slack's route: the function verifies the signature.

locals {
  # Sessions, revocations, lockouts, the kill switch: throttled separately, so that other traffic cannot delay responders.
  incident_routes = local.names.incident_routes

  # For each route, its function and the path in API Gateway's source ARN when it invokes the function.
  http_routes = merge({
    "GET /"            = { function = "vend", source = "GET/" }
    "POST /"           = { function = "vend", source = "POST/" }
    "GET /profiles"    = { function = "vend", source = "GET/profiles" }
    "ANY /v1/{proxy+}" = { function = "admin", source = "*/v1/{proxy+}" }
  }, { for route in local.incident_routes : route => { function = "admin", source = replace(route, " ", "") } })
  functions = { vend = module.vend, admin = module.admin }

  # The same operations below /as/<issuer>. {proxy+} directly below it also matches the prefix with a slash at its end,
  # which cannot be a route of its own.
  issuer_routes = merge({}, [for name in keys(var.issuers) : merge(
    { for path in ["", "/{proxy+}"] : "ANY /as/${name}${path}" => { function = "vend", issuer = name } },
    { for path in ["/v1/{proxy+}"] : "ANY /as/${name}${path}" => { function = "admin", issuer = name } },
    { for route in local.incident_routes : replace(route, " /", " /as/${name}/") => { function = "admin", issuer = name } },
  )]...)
  issuer_incident_routes = flatten([for name in keys(var.issuers) : [
    for route in local.incident_routes : replace(route, " /", " /as/${name}/")
  ]])

  console_routes = var.http_api && var.console != null ? local.names.console.routes : []
  # The route of Slack, with its throttling limits.
  slack_routes  = var.http_api && var.slack ? { (local.names.slack.route) = local.names.slack } : {}
  slack_address = length(local.slack_routes) == 0 ? null : "${one(aws_apigatewayv2_api.this[*].api_endpoint)}/slack"
  # On the API's own domain.
  console_address = length(local.console_routes) == 0 ? null : "${one(aws_apigatewayv2_api.this[*].api_endpoint)}/console/"
}

resource "aws_apigatewayv2_api" "this" {
  count = var.http_api ? 1 : 0

  name          = var.name
  description   = "Sentinel: credentials at /, everything else below /v1"
  protocol_type = "HTTP"
  tags          = var.tags

  lifecycle {
    # An HTTP API admits callers of its own account only.
    precondition {
      condition     = length(var.trusted_accounts) == 0 || contains(var.trusted_accounts, local.deployment.account)
      error_message = "trusted_accounts: the HTTP API admits callers of this account only (${local.deployment.account}), which is not in the list. Add it, or set http_api = false."
    }
  }
}

resource "aws_apigatewayv2_integration" "this" {
  for_each = var.http_api ? local.functions : {}

  api_id                 = aws_apigatewayv2_api.this[0].id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "this" {
  for_each = var.http_api ? local.http_routes : {}

  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = each.key
  authorization_type = "AWS_IAM"
  target             = "integrations/${aws_apigatewayv2_integration.this[each.value.function].id}"
}

resource "aws_apigatewayv2_authorizer" "issuer" {
  for_each = var.http_api ? var.issuers : {}

  api_id           = aws_apigatewayv2_api.this[0].id
  name             = each.key
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = each.value.issuer
    audience = each.value.audiences
  }
}

resource "aws_apigatewayv2_route" "issuer" {
  for_each = var.http_api ? local.issuer_routes : {}

  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = each.key
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.issuer[each.value.issuer].id
  target             = "integrations/${aws_apigatewayv2_integration.this[each.value.function].id}"
}

# Files that are the same for everyone: a browser gets the page before anyone signs in.
resource "aws_apigatewayv2_route" "console" {
  for_each = toset(local.console_routes)

  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = each.value
  authorization_type = "NONE"
  target             = "integrations/${aws_apigatewayv2_integration.this["admin"].id}"
}

# Slack signs its requests, which API Gateway cannot verify.
resource "aws_apigatewayv2_route" "slack" {
  for_each = local.slack_routes

  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = each.key
  authorization_type = "NONE"
  target             = "integrations/${aws_apigatewayv2_integration.this["admin"].id}"
}

resource "aws_apigatewayv2_stage" "this" {
  count = var.http_api ? 1 : 0

  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.throttle.rate
    throttling_burst_limit   = var.throttle.burst
    detailed_metrics_enabled = true
  }

  dynamic "route_settings" {
    for_each = toset(concat(local.incident_routes, local.issuer_incident_routes))

    content {
      route_key                = route_settings.value
      throttling_rate_limit    = var.incident_throttle.rate
      throttling_burst_limit   = var.incident_throttle.burst
      detailed_metrics_enabled = true
    }
  }

  # What anyone may send cannot start many copies of the function.
  dynamic "route_settings" {
    for_each = merge({ for route in local.console_routes : route => local.names.console }, local.slack_routes)

    content {
      route_key                = route_settings.key
      throttling_rate_limit    = route_settings.value.rate
      throttling_burst_limit   = route_settings.value.burst
      detailed_metrics_enabled = true
    }
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.access_log_format
  }

  tags = var.tags

  # The routes must exist before a stage can have settings for them.
  depends_on = [aws_apigatewayv2_route.this, aws_apigatewayv2_route.issuer, aws_apigatewayv2_route.console, aws_apigatewayv2_route.slack]
}

resource "aws_lambda_permission" "http_api" {
  for_each = var.http_api ? local.http_routes : {}

  statement_id  = "HttpApi${replace(title(replace(each.key, "/[^A-Za-z0-9]+/", " ")), " ", "")}"
  action        = "lambda:InvokeFunction"
  function_name = local.functions[each.value.function].name
  qualifier     = local.functions[each.value.function].alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*/${each.value.source}"
}

# One for all issuers: Lambda allows a function's policy 20 KB, which ten issuers' routes would not fit.
resource "aws_lambda_permission" "issuers" {
  for_each = var.http_api && length(var.issuers) > 0 ? local.functions : {}

  statement_id  = "HttpApiIssuers"
  action        = "lambda:InvokeFunction"
  function_name = each.value.name
  qualifier     = each.value.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*/*/as/*"
}

resource "aws_lambda_permission" "console" {
  count = length(local.console_routes) > 0 ? 1 : 0

  statement_id  = "HttpApiConsole"
  action        = "lambda:InvokeFunction"
  function_name = module.admin.name
  qualifier     = module.admin.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*/${local.names.console.source}"
}

resource "aws_lambda_permission" "slack" {
  count = length(local.slack_routes)

  statement_id  = "HttpApiSlack"
  action        = "lambda:InvokeFunction"
  function_name = module.admin.name
  qualifier     = module.admin.alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this[0].execution_arn}/*/${local.names.slack.source}"
}
