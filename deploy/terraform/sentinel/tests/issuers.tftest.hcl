# Token issuers: the authorizer and the document say the same, and a route admits the tokens of its own issuer only.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
  issuers = {
    corp = { issuer = "https://login.example.com/corp", audiences = ["sentinel"], kind = "people", user_claim = "email", namespace = "" }
    github = {
      issuer          = "https://token.actions.githubusercontent.com"
      audiences       = ["sentinel", "https://sentinel.example.com"]
      kind            = "workload"
      required_claims = { repository_owner_id = ["123456"] }
      max_token_age   = "15m"
    }
  }
}

run "two_issuers" {
  assert {
    condition = { for name, each in aws_ssm_parameter.issuer : each.name => jsondecode(each.value) } == {
      "/sentinel/issuers/corp" = {
        version = "1", issuer = "https://login.example.com/corp", audiences = ["sentinel"], kind = "people", user_claim = "email", namespace = ""
      }
      "/sentinel/issuers/github" = {
        version   = "1", issuer = "https://token.actions.githubusercontent.com", kind = "workload"
        audiences = ["sentinel", "https://sentinel.example.com"], required_claims = { repository_owner_id = ["123456"] }, max_token_age = "15m"
      }
    }
    error_message = "A document is not what was chosen."
  }

  assert {
    condition = alltrue([
      for name, each in aws_apigatewayv2_authorizer.issuer :
      each.authorizer_type == "JWT" &&
      toset(each.identity_sources) == toset(["$request.header.Authorization"]) &&
      each.jwt_configuration[0].issuer == jsondecode(aws_ssm_parameter.issuer[name].value).issuer &&
      toset(each.jwt_configuration[0].audience) == toset(jsondecode(aws_ssm_parameter.issuer[name].value).audiences)
    ])
    error_message = "An authorizer verifies something else than its document says."
  }

  assert {
    condition = toset(keys(aws_apigatewayv2_route.issuer)) == toset(flatten([for name in ["corp", "github"] : concat(
      ["ANY /as/${name}", "ANY /as/${name}/{proxy+}", "ANY /as/${name}/v1/{proxy+}"],
      [for route in local.incident_routes : replace(route, " /", " /as/${name}/")],
    )]))
    error_message = "There are other routes than the operations below each prefix."
  }

  assert {
    condition     = alltrue([for key, each in local.issuer_routes : startswith(split(" ", key)[1], "/as/${each.issuer}") && (each.function == "admin") == strcontains(key, "/v1/")])
    error_message = "A route leads to the wrong function, or asks another issuer."
  }

  assert {
    condition     = alltrue([for each in aws_apigatewayv2_route.issuer : each.authorization_type == "JWT"]) && alltrue([for each in aws_apigatewayv2_route.this : each.authorization_type == "AWS_IAM"])
    error_message = "A route is open, or asks for something else."
  }

  assert {
    condition     = { for each in aws_apigatewayv2_stage.this[0].route_settings : each.route_key => each.throttling_rate_limit } == { for route in concat(local.incident_routes, local.issuer_incident_routes) : route => 50 }
    error_message = "Incident routes share the throttle of others."
  }

  assert {
    condition     = { for key, each in aws_lambda_permission.issuers : key => each.source_arn } == { for key in ["vend", "admin"] : key => "arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/*/as/*" }
    error_message = "API Gateway may not invoke the functions below the prefixes, or may invoke more."
  }
}

run "no_issuer" {
  variables {
    issuers = {}
  }

  assert {
    condition     = length(aws_apigatewayv2_authorizer.issuer) + length(aws_apigatewayv2_route.issuer) + length(aws_lambda_permission.issuers) + length(aws_ssm_parameter.issuer) == 0
    error_message = "Without an issuer nothing admits tokens."
  }

  assert {
    condition     = length(aws_apigatewayv2_route.console) + length(aws_lambda_permission.console) == 0 && output.console_url == null && !contains(keys(local.admin_settings), "SENTINEL_CONSOLE")
    error_message = "There is a console that was not chosen."
  }
}

run "console" {
  variables {
    console = { issuer = "corp", client_id = "sentinel", origins = ["https://tokens.example.com"] }
  }

  assert {
    condition     = { for key, each in aws_apigatewayv2_route.console : key => each.authorization_type } == { "GET /console" = "NONE", "GET /console/{proxy+}" = "NONE" }
    error_message = "Other routes than the console's files are open, or these are not."
  }

  assert {
    condition     = { for each in aws_apigatewayv2_stage.this[0].route_settings : each.route_key => each.throttling_rate_limit if strcontains(each.route_key, "/console") } == { "GET /console" = 20, "GET /console/{proxy+}" = 20 }
    error_message = "What anyone may send is not throttled of its own."
  }

  assert {
    condition     = [for each in aws_lambda_permission.console : each.source_arn] == ["arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/GET/console*"]
    error_message = "API Gateway may not invoke the admin function for the files, or may invoke more."
  }

  assert {
    condition = jsondecode(local.admin_settings.SENTINEL_CONSOLE) == {
      issuer  = "corp", issuer_url = "https://login.example.com/corp", client_id = "sentinel", scopes = "openid email profile"
      origins = ["https://tokens.example.com"]
    } && !contains(keys(local.vend_settings), "SENTINEL_CONSOLE")
    error_message = "The function has another console than was chosen."
  }

  assert {
    condition     = local.admin_settings["SENTINEL_CONSOLE_URL"] == output.console_url && endswith(output.console_url, "/console/")
    error_message = "Notifications do not link to the hosted console."
  }
}

run "console_of_a_workload" {
  command = plan
  variables {
    console = { issuer = "github", client_id = "sentinel" }
  }
  expect_failures = [var.console]
}

run "console_of_another_audience" {
  command = plan
  variables {
    console = { issuer = "corp", client_id = "page" }
  }
  expect_failures = [var.console]
}

run "console_with_a_wildcard" {
  command = plan
  variables {
    console = { issuer = "corp", client_id = "sentinel", origins = ["https://*.example.com"] }
  }
  expect_failures = [var.console]
}

run "a_signed_issuer" {
  command = plan

  variables {
    issuers = {
      corp = {
        issuer    = "https://login.example.com/corp", audiences = ["sentinel"], kind = "people"
        signature = "signed:2:1772447400:MEYCIQDQGXweLCuVkHg4uiSb0V7CtUxg7iOYHBkjAVIUy/e8hA=="
      }
    }
  }

  assert {
    condition     = aws_ssm_parameter.issuer["corp"].value == "signed:2:1772447400:MEYCIQDQGXweLCuVkHg4uiSb0V7CtUxg7iOYHBkjAVIUy/e8hA==\n${output.issuer_documents["corp"]}"
    error_message = "The document does not follow its signature."
  }

  assert {
    condition     = jsondecode(output.issuer_documents["corp"]) == { version = "1", issuer = "https://login.example.com/corp", audiences = ["sentinel"], kind = "people" }
    error_message = "The signature is in the document."
  }
}
