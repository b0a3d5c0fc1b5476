# One plan with every variable wrong: each is refused by its own check, whose message names the variable.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "everything_wrong" {
  command = plan

  variables {
    name                 = "Sentinel_1"
    packages             = { vend = "no-such.zip", authorizer = "versions.tf", admin = "versions.tf" }
    runtime              = "python3.9"
    architecture         = "amd64"
    memory_mb            = 128
    reserved_concurrency = { vend = 1.5 }
    protected_path       = "/"
    kms_key_arn          = "alias/mine"
    documents            = { "webhooks/pager" = "{}" }
    throttle             = { rate = 0 }
    incident_throttle    = { burst = 0 }
    authorizers          = { ledger = { api_ids = [], accepted_profiles = ["prod"] } }
    issuers              = { Github = { issuer = "http://token.actions.githubusercontent.com", audiences = [], kind = "workload" } }
    group_sync           = { interval = 61 }
    log_retention_days   = 7
    deadline             = 29
    call_timeout         = 0
    hedge_ratio          = 1
    parameter_prefix     = "sentinel/"
    sso_roles            = ["Admins"]
    named_session_roles  = ["team/*"]
    shared_name_accounts = ["444455556666"]
    document_keys        = ["MFkw"]
    document_ttl         = -1
    vend_budget          = 0
    admin_budget         = 1.5
    read_budget          = 10001
    console_url          = "http://sentinel.example.com/console"
    endpoints            = { iam = "http://iam.example" }
  }

  expect_failures = [
    var.name,
    var.packages,
    var.runtime,
    var.architecture,
    var.memory_mb,
    var.reserved_concurrency,
    var.protected_path,
    var.kms_key_arn,
    var.documents,
    var.throttle,
    var.incident_throttle,
    var.authorizers,
    var.issuers,
    var.group_sync,
    var.log_retention_days,
    var.deadline,
    var.call_timeout,
    var.hedge_ratio,
    var.parameter_prefix,
    var.sso_roles,
    var.named_session_roles,
    var.shared_name_accounts,
    var.document_keys,
    var.document_ttl,
    var.vend_budget,
    var.admin_budget,
    var.read_budget,
    var.console_url,
    var.endpoints,
  ]
}

# Separately: the name is compared with this deployment's, which is not evaluated while that is invalid.
run "a_policy_that_is_not_the_kill_switch" {
  command = plan

  variables {
    kill_switch_policy_arns = ["arn:aws:iam::444455556666:policy/Other"]
  }

  expect_failures = [var.kill_switch_policy_arns]
}

# Separately: the comparison with the accounts is not evaluated while these are invalid.
run "an_invalid_account_id" {
  command = plan

  variables {
    trusted_accounts = ["me"]
  }

  expect_failures = [var.trusted_accounts]
}

run "roles_of_no_account_among_several" {
  command = plan

  variables {
    trusted_accounts    = ["111122223333", "444455556666"]
    sso_roles           = ["AWSReservedSSO_Developers_0123456789abcdef"]
    named_session_roles = ["999999999999:ci-*"]
  }

  expect_failures = [var.sso_roles, var.named_session_roles]
}

run "more_accounts_than_the_environment_holds" {
  command = plan

  variables {
    packages                = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
    kill_switch_policy_arns = [for number in range(300) : "arn:aws:iam::${format("%012d", number)}:policy/SentinelRevocations"]
  }

  expect_failures = [var.kill_switch_policy_arns]
}

run "no_api_at_all" {
  command = plan

  variables {
    packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
    http_api = false
  }

  expect_failures = [var.http_api]
}

run "a_private_api_without_an_endpoint" {
  command = plan

  variables {
    packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
    rest_api = { type = "PRIVATE" }
  }

  expect_failures = [var.rest_api]
}

run "a_regional_api_for_any_address" {
  command = plan

  variables {
    packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
    rest_api = { type = "REGIONAL" }
  }

  expect_failures = [var.rest_api]
}

run "documents_that_are_stale_before_they_are_read_again" {
  command = plan

  variables {
    packages           = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
    document_ttl       = 60
    document_max_stale = 30
  }

  expect_failures = [var.document_max_stale]
}

run "a_document_of_too_many_bytes" {
  command = plan

  variables {
    documents = { "policies/access" = join("", [for n in range(1000) : "üüüüü"]) }
  }

  expect_failures = [var.documents]
}

run "text_that_parameter_store_reserves" {
  command = plan

  variables {
    documents        = { "policies/access" = "# {{x}}" }
    parameter_prefix = "/aws/sentinel"
  }

  expect_failures = [var.documents, var.parameter_prefix]
}

run "more_levels_than_parameter_store_has" {
  command = plan

  variables {
    parameter_prefix = join("", [for n in range(14) : "/a"])
  }

  expect_failures = [var.parameter_prefix]
}

run "an_issuer_open_to_the_world" {
  command = plan

  variables {
    issuers = { github = { issuer = "https://token.actions.githubusercontent.com", audiences = ["sentinel"], kind = "workload" } }
  }

  expect_failures = [var.issuers]
}

run "an_issuer_that_requires_nothing" {
  command = plan

  variables {
    issuers = { github = { issuer = "https://token.actions.githubusercontent.com", audiences = ["sentinel"], kind = "workload", required_claims = { repository = ["**"], aud = ["sentinel"] } } }
  }

  expect_failures = [var.issuers]
}

run "a_plain_http_issuer" {
  command = plan

  variables {
    issuers = { corp = { issuer = "http://login.example.com", audiences = ["sentinel"], kind = "people" } }
  }

  expect_failures = [var.issuers]
}

run "eleven_issuers" {
  command = plan

  variables {
    issuers = { for number in range(11) : "corp${number}" => { issuer = "https://login.example.com", audiences = ["sentinel"], kind = "people" } }
  }

  expect_failures = [var.issuers]
}

run "a_reserved_name" {
  command = plan

  variables {
    issuers = { role = { issuer = "https://login.example.com", audiences = ["sentinel"], kind = "people" } }
  }

  expect_failures = [var.issuers]
}

run "issuers_without_an_http_api" {
  command = plan

  variables {
    http_api = false
    rest_api = { type = "PRIVATE", vpc_endpoint_ids = ["vpce-0a1b2c3d"] }
    issuers  = { corp = { issuer = "https://login.example.com", audiences = ["sentinel"], kind = "people" } }
  }

  expect_failures = [var.issuers]
}
