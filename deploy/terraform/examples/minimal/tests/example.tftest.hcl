mock_provider "aws" {
  source = "../../mocks"
}

variables {
  packages = { vend = "main.tf", authorizer = "main.tf", admin = "main.tf" }
}

run "outputs_for_a_caller" {
  assert {
    condition     = output.url == "https://httpapi001.execute-api.eu-central-1.amazonaws.com"
    error_message = "There is no URL."
  }

  assert {
    condition     = jsondecode(output.caller_policy).Statement[0].Resource == ["arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*"]
    error_message = "Callers may call something else."
  }
}
