# Slack: one open route, throttled of its own, to the admin function alone, and the manifest of its app.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "without" {
  assert {
    condition     = length(aws_apigatewayv2_route.slack) + length(aws_lambda_permission.slack) == 0 && output.slack_url == null && output.slack_manifest == null && !contains(keys(local.admin_settings), "SENTINEL_SLACK")
    error_message = "There is a route for Slack that was not chosen."
  }
}

run "slack" {
  variables {
    slack = true
  }

  assert {
    condition     = { for key, each in aws_apigatewayv2_route.slack : key => each.authorization_type } == { "POST /slack" = "NONE" }
    error_message = "Other routes than Slack's are open, or this is not."
  }

  assert {
    condition     = { for each in aws_apigatewayv2_stage.this[0].route_settings : each.route_key => [each.throttling_rate_limit, each.throttling_burst_limit] if strcontains(each.route_key, "/slack") } == { "POST /slack" = [20, 40] }
    error_message = "What anyone may send is not throttled of its own."
  }

  assert {
    condition     = [for each in aws_lambda_permission.slack : each.source_arn] == ["arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/POST/slack"]
    error_message = "API Gateway may not invoke the admin function for Slack, or may invoke more."
  }

  assert {
    condition     = local.admin_settings["SENTINEL_SLACK"] == "true" && !contains(keys(local.vend_settings), "SENTINEL_SLACK")
    error_message = "Another function than admin has Slack, or none."
  }

  assert {
    condition     = jsondecode(output.slack_manifest).settings.interactivity.request_url == output.slack_url && jsondecode(output.slack_manifest).features.slash_commands[0].url == output.slack_url && endswith(output.slack_url, "/slack")
    error_message = "The manifest sends presses or commands elsewhere."
  }

  assert {
    condition     = anytrue([for each in jsondecode(module.admin.policies["admin"]).Statement : contains(flatten([each.Resource]), "arn:aws:ssm:eu-central-1:111122223333:parameter/sentinel/chat/*")])
    error_message = "The function may not read the workspace."
  }
}

run "without_an_http_api" {
  command = plan

  variables {
    slack    = true
    http_api = false
    rest_api = { type = "REGIONAL", source_ips = ["198.51.100.0/24"] }
  }

  expect_failures = [var.slack]
}
