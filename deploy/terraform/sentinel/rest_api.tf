# The REST API in front of the same functions; unlike an HTTP API it has a resource policy and private endpoints.

locals {
  rest_api = var.rest_api == null ? [] : [var.rest_api]

  # Resource paths, each below its parent, and their methods.
  rest_methods = var.rest_api == null ? {} : merge({
    "GET /"            = { function = "vend", resource = aws_api_gateway_rest_api.this[0].root_resource_id, source = "GET/" }
    "POST /"           = { function = "vend", resource = aws_api_gateway_rest_api.this[0].root_resource_id, source = "POST/" }
    "GET /profiles"    = { function = "vend", resource = aws_api_gateway_resource.profiles[0].id, source = "GET/profiles" }
    "ANY /v1/{proxy+}" = { function = "admin", resource = aws_api_gateway_resource.admin[0].id, source = "*/v1/*" }
    }, { for route, parts in local.incident_parts : route => {
      function = "admin"
      resource = local.incident_resources[join("/", parts)]
      # The method in API Gateway's source ARN, where path parameters are *.
      source = "${split(" ", route)[0]}/${replace(join("/", parts), "/{[^}]+}/", "*")}"
  } })

  # {proxy+} does not match a path that has its own resource, so every call below such a path has its own method.
  incident_parts = { for route in local.incident_routes : route => split("/", trimprefix(split(" ", route)[1], "/")) }
  incident_resources = merge(
    { for path, resource in aws_api_gateway_resource.incident : path => resource.id },
    { for path, resource in aws_api_gateway_resource.incident_item : path => resource.id },
    { for path, resource in aws_api_gateway_resource.incident_act : path => resource.id },
  )
  # The paths of each depth: v1/sessions, v1/sessions/{id}, v1/sessions/{id}/revoke.
  incident_paths = [for depth in [2, 3, 4] : toset(var.rest_api == null ? [] : [
    for parts in values(local.incident_parts) : join("/", slice(parts, 0, depth)) if length(parts) >= depth
  ])]
}

resource "aws_api_gateway_rest_api" "this" {
  count = length(local.rest_api)

  name        = "${var.name}-${lower(var.rest_api.type)}"
  description = "Sentinel, from the networks its resource policy names"

  endpoint_configuration {
    types            = [var.rest_api.type]
    vpc_endpoint_ids = var.rest_api.type == "PRIVATE" ? var.rest_api.vpc_endpoint_ids : null
  }

  tags = var.tags
}

resource "aws_api_gateway_resource" "profiles" {
  count = length(local.rest_api)

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_rest_api.this[0].root_resource_id
  path_part   = "profiles"
}

resource "aws_api_gateway_resource" "v1" {
  count = length(local.rest_api)

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_rest_api.this[0].root_resource_id
  path_part   = "v1"
}

resource "aws_api_gateway_resource" "admin" {
  count = length(local.rest_api)

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_resource.v1[0].id
  path_part   = "{proxy+}"
}

resource "aws_api_gateway_resource" "incident" {
  for_each = local.incident_paths[0]

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_resource.v1[0].id
  path_part   = basename(each.value)
}

resource "aws_api_gateway_resource" "incident_item" {
  for_each = local.incident_paths[1]

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_resource.incident[dirname(each.value)].id
  path_part   = basename(each.value)
}

resource "aws_api_gateway_resource" "incident_act" {
  for_each = local.incident_paths[2]

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_resource.incident_item[dirname(each.value)].id
  path_part   = basename(each.value)
}

resource "aws_api_gateway_method" "this" {
  for_each = local.rest_methods

  rest_api_id   = aws_api_gateway_rest_api.this[0].id
  resource_id   = each.value.resource
  http_method   = split(" ", each.key)[0]
  authorization = "AWS_IAM"
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.rest_methods

  rest_api_id             = aws_api_gateway_rest_api.this[0].id
  resource_id             = each.value.resource
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = local.functions[each.value.function].invoke_arn
}

resource "aws_lambda_permission" "rest_api" {
  for_each = local.rest_methods

  statement_id  = "RestApi${replace(title(replace(each.key, "/[^A-Za-z0-9]+/", " ")), " ", "")}"
  action        = "lambda:InvokeFunction"
  function_name = local.functions[each.value.function].name
  qualifier     = local.functions[each.value.function].alias
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this[0].execution_arn}/${var.rest_api.stage}/${each.value.source}"
}
