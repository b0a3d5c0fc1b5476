mock_provider "aws" {
  source = "../../mocks"
}

mock_provider "aws" {
  alias  = "workload"
  source = "../../mocks"

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::444455556666:policy/SentinelRevocations" }
  }
}

mock_provider "aws" {
  alias  = "identity_center"
  source = "../../mocks"

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::777788889999:role/SentinelGroups" }
  }
}

variables {
  packages                          = { vend = "main.tf", authorizer = "main.tf", admin = "main.tf" }
  workload_deployer_role_arn        = "arn:aws:iam::444455556666:role/deployer"
  trusted_accounts                  = ["444455556666"]
  identity_store_id                 = "d-1234567890"
  identity_center_deployer_role_arn = "arn:aws:iam::777788889999:role/deployer"
  source_ips                        = ["198.51.100.0/24"]
}

run "the_kill_switch_is_written_in_both_accounts" {
  assert {
    condition = toset(split(",", module.sentinel.functions["sentinel-admin"].settings["SENTINEL_KILL_SWITCH_POLICIES"])) == toset([
      "111122223333", "444455556666",
    ])
    error_message = "A revocation would not reach the workload account."
  }
}

run "groups_are_read_by_the_role_of_the_third_account" {
  assert {
    condition     = module.sentinel.functions["sentinel-admin"].policies["identity-center"] == jsondecode(file("../../../policies/generated/identity-center-role.json"))
    error_message = "The admin function may not become the reader, or more than it."
  }

  assert {
    condition     = module.sentinel.functions["sentinel-admin"].settings["SENTINEL_IDENTITY_STORE_ROLE"] == "arn:aws:iam::777788889999:role/SentinelGroups"
    error_message = "The admin function becomes another role."
  }
}

run "callers_of_both_accounts_are_admitted" {
  assert {
    condition     = module.sentinel.functions["sentinel-vend"].settings["SENTINEL_TRUSTED_ACCOUNTS"] == "111122223333,444455556666"
    error_message = "One of the two accounts is refused."
  }

  assert {
    condition = [for policy in [output.caller_policy, output.cross_account_caller_policy] : jsondecode(policy).Statement[0].Resource] == [
      ["arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*"],
      ["arn:aws:execute-api:eu-central-1:111122223333:restapi001/*"],
    ]
    error_message = "A caller's policy is another API's."
  }
}
