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

variables {
  packages                   = { vend = "main.tf", authorizer = "main.tf", admin = "main.tf" }
  workload_deployer_role_arn = "arn:aws:iam::444455556666:role/deployer"
  trusted_accounts           = ["444455556666"]
  source_ips                 = ["198.51.100.0/24"]
}

run "the_kill_switch_is_written_in_both_accounts" {
  assert {
    condition = toset(split(",", module.sentinel.functions["sentinel-admin"].settings["SENTINEL_KILL_SWITCH_POLICIES"])) == toset([
      "111122223333", "444455556666",
    ])
    error_message = "A revocation would not reach the workload account."
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
