# A guarded API: a request without a proof of an active session does not reach the backend.

resource "aws_apigatewayv2_api" "ledger" {
  name          = "ledger"
  protocol_type = "HTTP"
}

module "guard" {
  source = "../../guarded-api"

  authorizer = module.sentinel.authorizers["ledger"]
  api = {
    id            = aws_apigatewayv2_api.ledger.id
    execution_arn = aws_apigatewayv2_api.ledger.execution_arn
  }
}

resource "aws_apigatewayv2_integration" "ledger" {
  api_id             = aws_apigatewayv2_api.ledger.id
  integration_type   = "HTTP_PROXY"
  integration_method = "GET"
  integration_uri    = var.ledger_url
}

resource "aws_apigatewayv2_route" "ledger" {
  api_id             = aws_apigatewayv2_api.ledger.id
  route_key          = "GET /ledger"
  authorization_type = "CUSTOM"
  authorizer_id      = module.guard.authorizer_id
  target             = "integrations/${aws_apigatewayv2_integration.ledger.id}"
}

resource "aws_apigatewayv2_stage" "ledger" {
  api_id      = aws_apigatewayv2_api.ledger.id
  name        = "$default"
  auto_deploy = true
}
