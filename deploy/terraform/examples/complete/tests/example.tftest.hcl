mock_provider "aws" {
  source = "../../mocks"
}

variables {
  packages = { vend = "main.tf", authorizer = "main.tf", admin = "main.tf" }
}

run "the_ledger_is_guarded" {
  assert {
    condition     = aws_apigatewayv2_route.ledger.authorization_type == "CUSTOM" && aws_apigatewayv2_route.ledger.authorizer_id == module.guard.authorizer_id
    error_message = "The ledger is open."
  }

  assert {
    condition     = output.sentinel.functions["sentinel-authorizer-ledger"].settings["SENTINEL_API_ID"] == output.ledger_api_id
    error_message = "The authorizer would refuse the ledger's events."
  }
}
