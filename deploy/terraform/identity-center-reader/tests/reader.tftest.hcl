mock_provider "aws" {
  source = "../mocks"
}

variables {
  admin_role_arn    = "arn:aws:iam::111122223333:role/sentinel-admin"
  identity_store_id = "d-1234567890"
}

run "only_the_admin_function_and_only_this_store" {
  assert {
    condition     = jsondecode(aws_iam_role.reader.assume_role_policy) == jsondecode(file("../../policies/generated/admin-trust.json"))
    error_message = "The trust policy is not the generated one."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.reader.policy) == jsondecode(file("../../policies/generated/identity-center.json"))
    error_message = "The role's policy is not the generated one."
  }

  assert {
    condition     = aws_iam_role.reader.name == "SentinelGroups"
    error_message = "The role has another name."
  }
}

run "of_another_deployment" {
  variables {
    admin_role_arn = "arn:aws:iam::111122223333:role/vendor-admin"
  }

  assert {
    condition     = aws_iam_role.reader.name == "SentinelGroups-vendor"
    error_message = "Two deployments would share a role."
  }
}

run "an_invalid_role" {
  command = plan

  variables {
    admin_role_arn = "sentinel-admin"
  }

  expect_failures = [var.admin_role_arn]
}

run "the_arn_of_the_instance" {
  command = plan

  variables {
    identity_store_id = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
  }

  expect_failures = [var.identity_store_id]
}
