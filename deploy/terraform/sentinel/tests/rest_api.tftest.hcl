# The REST API: reachable from its networks only, with IAM authorization, and with the functions' routes only.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "private" {
  variables {
    http_api = false
    rest_api = { type = "PRIVATE", vpc_endpoint_ids = ["vpce-0a1b2c3d"], source_ips = ["10.0.0.0/8"] }
  }

  assert {
    condition     = length(aws_apigatewayv2_api.this) == 0 && output.http_api_url == null
    error_message = "An HTTP API is there, too."
  }

  assert {
    condition     = alltrue([for method in aws_api_gateway_method.this : method.authorization == "AWS_IAM"])
    error_message = "A method is open."
  }

  assert {
    condition = [for statement in jsondecode(aws_api_gateway_rest_api_policy.this[0].policy).Statement : try(statement.Condition, null) if statement.Effect == "Deny"] == [
      { NotIpAddress = { "aws:VpcSourceIp" = ["10.0.0.0/8"] } },
      { StringNotEquals = { "aws:SourceVpce" = ["vpce-0a1b2c3d"] } },
    ]
    error_message = "The API can be called from elsewhere."
  }

  assert {
    condition     = [for statement in jsondecode(aws_api_gateway_rest_api_policy.this[0].policy).Statement : statement.Principal.AWS if statement.Effect == "Allow"] == [["arn:aws:iam::111122223333:root"]]
    error_message = "Another account may call."
  }

  assert {
    condition     = alltrue([for each in aws_lambda_permission.rest_api : startswith(each.source_arn, "arn:aws:execute-api:eu-central-1:111122223333:restapi001/live/") && each.qualifier == "live"])
    error_message = "API Gateway may invoke more than the stage needs."
  }

  assert {
    condition     = !aws_api_gateway_method_settings.this[0].settings[0].data_trace_enabled && aws_api_gateway_method_settings.this[0].settings[0].logging_level == "OFF"
    error_message = "Execution logs would hold tokens."
  }

  assert {
    condition = {
      for each in aws_api_gateway_method_settings.incident : each.method_path => [each.settings[0].throttling_rate_limit, each.settings[0].logging_level]
    } == { for route in local.incident_routes : "${trimprefix(split(" ", route)[1], "/")}/${split(" ", route)[0]}" => [50, "OFF"] }
    error_message = "Incident routes share the throttle of others, or execution logs contain tokens."
  }

  assert {
    condition     = toset(keys(aws_api_gateway_method.this)) == toset(concat(["GET /", "POST /", "GET /profiles", "ANY /v1/{proxy+}"], local.incident_routes))
    error_message = "There are other methods than the functions have."
  }

  assert {
    condition     = endswith(aws_lambda_permission.rest_api["POST /v1/sessions/{id}/revoke"].source_arn, "/live/POST/v1/sessions/*/revoke")
    error_message = "API Gateway may not invoke a method of incidents, or may invoke more."
  }

  assert {
    condition     = output.functions["sentinel-vend"].settings["SENTINEL_API_ID"] == "restapi001"
    error_message = "The functions accept events of another API."
  }
}

run "regional_and_the_http_api" {
  variables {
    rest_api         = { type = "REGIONAL", source_ips = ["198.51.100.0/24"] }
    trusted_accounts = ["111122223333", "444455556666"]
  }

  assert {
    condition = [for statement in jsondecode(aws_api_gateway_rest_api_policy.this[0].policy).Statement : try(statement.Condition, null) if statement.Effect == "Deny"] == [
      { NotIpAddress = { "aws:SourceIp" = ["198.51.100.0/24"] } },
    ]
    error_message = "The API can be called from elsewhere."
  }

  assert {
    condition     = output.functions["sentinel-vend"].settings["SENTINEL_API_ID"] == "httpapi001,restapi001" && toset(keys(output.caller_policies)) == toset(["http", "rest"])
    error_message = "One of the two APIs is not known."
  }
}

run "access_logs_are_only_written_where_asked_for" {
  variables {
    rest_api = { type = "REGIONAL", source_ips = ["198.51.100.0/24"], access_logs = true }
  }

  assert {
    condition     = length(aws_api_gateway_stage.this[0].access_log_settings) == 1
    error_message = "The access log is not written."
  }
}

run "a_stage_needs_no_role_of_the_account" {
  variables {
    rest_api = { type = "REGIONAL", source_ips = ["198.51.100.0/24"] }
  }

  assert {
    condition     = length(aws_api_gateway_stage.this[0].access_log_settings) == 0
    error_message = "AWS refuses this stage in an account whose API Gateway has no CloudWatch role."
  }
}

run "an_http_api_that_admits_no_caller" {
  command = plan

  variables {
    rest_api         = { type = "REGIONAL", source_ips = ["198.51.100.0/24"] }
    trusted_accounts = ["444455556666"]
  }

  expect_failures = [aws_apigatewayv2_api.this]
}
