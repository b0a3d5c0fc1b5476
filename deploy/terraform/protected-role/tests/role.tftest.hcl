mock_provider "aws" {
  source = "../mocks"
}

variables {
  name                   = "prod"
  vend_role_arn          = "arn:aws:iam::111122223333:role/sentinel-vend"
  kill_switch_policy_arn = "arn:aws:iam::444455556666:policy/SentinelRevocations"
}

run "only_the_vend_function_and_only_under_the_boundary" {
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy) == jsondecode(file("../../policies/generated/protected-role-trust.json"))
    error_message = "The trust policy is not the generated one."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.kill_switch_policy_arn && aws_iam_role.this.path == "/sentinel/protected/"
    error_message = "The role is out of the kill switch's or the vend function's reach."
  }

  assert {
    condition     = aws_iam_role.this.max_session_duration == 3600
    error_message = "Sessions may be longer than what Sentinel gives."
  }
}

run "its_profile" {
  variables {
    policies            = { read = jsonencode({ Version = "2012-10-17", Statement = [] }) }
    managed_policy_arns = { view = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess" }
    profile             = "prod-readonly"
    region              = "eu-central-1"
    max_duration        = "30m"
  }

  assert {
    condition     = output.profile == "prod-readonly" && keys(jsondecode(output.profile_document)) == ["description", "max_duration", "region", "role_arn"]
    error_message = "The profile's document lacks something."
  }

  assert {
    condition     = keys(aws_iam_role_policy.this) == ["read"] && keys(aws_iam_role_policy_attachment.this) == ["view"]
    error_message = "The role may do something else than it was given."
  }
}

run "everything_wrong" {
  command = plan

  variables {
    name                   = "pro/d"
    path                   = "/"
    vend_role_arn          = "arn:aws:iam::111122223333:root"
    kill_switch_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    max_session_duration_s = 900
    policies               = { read = "Allow *" }
    profile                = "prod readonly"
    max_duration           = "half an hour"
  }

  expect_failures = [
    var.name,
    var.path,
    var.vend_role_arn,
    var.kill_switch_policy_arn,
    var.max_session_duration_s,
    var.policies,
    var.profile,
    var.max_duration,
  ]
}
