mock_provider "aws" {
  source = "../mocks"
}

variables {
  api = {
    id            = "a1b2c3d4e5"
    execution_arn = "arn:aws:execute-api:eu-central-1:111122223333:a1b2c3d4e5"
  }
  authorizer = {
    function_name = "sentinel-authorizer-ledger"
    alias         = "live"
    invoke_arn    = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/authorizer:live/invocations"
  }
}

run "an_http_api" {
  assert {
    condition     = aws_apigatewayv2_authorizer.this[0].authorizer_result_ttl_in_seconds == 0
    error_message = "A result is cached, and would remain valid after a revocation."
  }

  assert {
    condition     = aws_apigatewayv2_authorizer.this[0].enable_simple_responses && aws_apigatewayv2_authorizer.this[0].authorizer_payload_format_version == "2.0" && aws_apigatewayv2_authorizer.this[0].identity_sources == toset(["$request.header.Authorization"])
    error_message = "The authorizer's payload version does not match its response."
  }

  assert {
    condition     = aws_lambda_permission.this.source_arn == "arn:aws:execute-api:eu-central-1:111122223333:a1b2c3d4e5/authorizers/auth01" && aws_lambda_permission.this.qualifier == "live"
    error_message = "More than this API may invoke the authorizer, or past its alias."
  }
}

run "a_rest_api" {
  variables {
    api = {
      id            = "a1b2c3d4e5"
      execution_arn = "arn:aws:execute-api:eu-central-1:111122223333:a1b2c3d4e5"
      type          = "REST"
    }
  }

  assert {
    condition     = aws_api_gateway_authorizer.this[0].authorizer_result_ttl_in_seconds == 0 && aws_api_gateway_authorizer.this[0].type == "REQUEST"
    error_message = "A result is cached, and would remain valid after a revocation."
  }

  assert {
    condition     = output.authorizer_id == "auth02" && length(aws_apigatewayv2_authorizer.this) == 0
    error_message = "The authorizer is not the REST API's."
  }
}

run "an_unknown_api_type" {
  command = plan

  variables {
    api = { id = "a1b2c3d4e5", execution_arn = "arn:aws:execute-api:eu-central-1:111122223333:a1b2c3d4e5", type = "WEBSOCKET" }
  }

  expect_failures = [var.api]
}
