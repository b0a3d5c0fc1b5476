mock_provider "aws" {
  source = "../mocks"

  override_data {
    target = data.aws_caller_identity.this
    values = { account_id = "444455556666" }
  }
}

variables {
  admin_role_arn = "arn:aws:iam::111122223333:role/sentinel-admin"
}

run "only_the_admin_function_and_only_this_policy" {
  assert {
    condition     = jsondecode(aws_iam_role.revocations.assume_role_policy) == jsondecode(file("../../policies/generated/admin-trust.json"))
    error_message = "The trust policy is not the generated one."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.revocations.policy) == jsondecode(file("../../policies/generated/revocations-role.json"))
    error_message = "The role's policy is not the generated one."
  }

  assert {
    condition     = aws_iam_policy.revocations.name == "SentinelRevocations" && aws_iam_role.revocations.name == "SentinelRevocations"
    error_message = "The admin function looks for other names."
  }
}

run "an_invalid_role" {
  command = plan

  variables {
    admin_role_arn = "sentinel-admin"
  }

  expect_failures = [var.admin_role_arn]
}
