mock_provider "aws" {
  source = "../../mocks"
}

variables {
  packages         = { vend = "main.tf", authorizer = "main.tf", admin = "main.tf" }
  vpc_endpoint_ids = ["vpce-0a1b2c3d"]
  kms_key_arn      = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d"
}

run "the_only_api_is_the_private_one" {
  assert {
    condition     = module.sentinel.http_api_url == null && module.sentinel.api_ids == ["restapi001"]
    error_message = "There is another way in."
  }
}
