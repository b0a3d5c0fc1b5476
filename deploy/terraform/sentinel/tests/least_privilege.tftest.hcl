# Least privilege: who may call what, and each function's permissions.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  # Any file: nothing is uploaded.
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
  authorizers = {
    ledger = { api_ids = ["a1b2c3d4e5"], accepted_profiles = ["prod"] }
  }
}

run "defaults" {
  assert {
    condition     = alltrue([for route in aws_apigatewayv2_route.this : route.authorization_type == "AWS_IAM"])
    error_message = "A route is open."
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_route.this)) == toset(concat(["GET /", "POST /", "GET /profiles", "ANY /v1/{proxy+}"], local.incident_routes))
    error_message = "There are other routes than the functions have."
  }

  assert {
    condition     = alltrue([for each in aws_apigatewayv2_integration.this : strcontains(each.integration_uri, ":live/invocations")])
    error_message = "An API reaches a function past its alias."
  }

  assert {
    condition = { for key, each in aws_lambda_permission.http_api : each.source_arn => each.qualifier if !contains(local.incident_routes, key) } == {
      "arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/GET/"          = "live"
      "arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/POST/"         = "live"
      "arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/GET/profiles"  = "live"
      "arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/*/v1/{proxy+}" = "live"
    }
    error_message = "API Gateway may invoke more than the routes need."
  }

  assert {
    condition     = aws_lambda_permission.http_api["POST /v1/sessions/{id}/revoke"].source_arn == "arn:aws:execute-api:eu-central-1:111122223333:httpapi001/*/POST/v1/sessions/{id}/revoke"
    error_message = "API Gateway may not invoke a route of incidents, or may invoke more."
  }

  assert {
    condition     = { for each in aws_apigatewayv2_stage.this[0].route_settings : each.route_key => each.throttling_rate_limit } == { for route in local.incident_routes : route => 50 }
    error_message = "Incident routes share the throttle of others."
  }

  assert {
    condition     = output.functions["sentinel-vend"].policies == { vend = jsondecode(file("../../policies/generated/vend-execution-role.json")) }
    error_message = "The vend role is not the generated one."
  }

  assert {
    condition     = output.functions["sentinel-admin"].policies == { admin = jsondecode(file("../../policies/generated/admin-execution-role.json")) }
    error_message = "The admin role is not the generated one."
  }

  assert {
    condition = output.functions["sentinel-authorizer-ledger"].policies == { authorizer = jsondecode(replace(
      file("../../policies/generated/authorizer-execution-role.json"), "sentinel-authorizer", "sentinel-authorizer-ledger",
    )) }
    error_message = "The authorizer's role is not the generated one."
  }

  assert {
    condition     = jsondecode(output.operator_policy) == jsondecode(file("../../policies/generated/operator.json"))
    error_message = "The operator's policy is not the generated one."
  }

  assert {
    condition     = output.functions["sentinel-vend"].settings["SENTINEL_API_ID"] == "httpapi001" && output.functions["sentinel-authorizer-ledger"].settings["SENTINEL_API_ID"] == "a1b2c3d4e5"
    error_message = "A function accepts events of other APIs than its own."
  }

  assert {
    condition     = aws_iam_policy.revocations[0].name == "SentinelRevocations" && output.functions["sentinel-admin"].settings["SENTINEL_KILL_SWITCH_POLICIES"] == "111122223333"
    error_message = "The admin function does not know the kill switch."
  }

  assert {
    condition     = !anytrue([for secret in ["query", "header", "token", "authorization"] : strcontains(lower(aws_apigatewayv2_stage.this[0].access_log_settings[0].format), secret)])
    error_message = "The access log takes what may hold a token."
  }

  assert {
    condition     = aws_apigatewayv2_stage.this[0].default_route_settings[0].throttling_rate_limit == 100
    error_message = "The API is not throttled."
  }
}

run "vend_consumes_grants_and_counts_elsewhere" {
  assert {
    condition = alltrue([for statement in output.functions["sentinel-vend"].policies.vend.Statement :
      contains(flatten([statement.Action]), "dynamodb:UpdateItem") && endswith(jsonencode(statement.Resource), "table/sentinel-grants\"") ?
      !contains(statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"], "status") &&
      statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] == ["user#*"] &&
      statement.Condition.Null == { "dynamodb:Attributes" = "false", "dynamodb:LeadingKeys" = "false" } : true
    ])
    error_message = "The vend role can make or change a grant."
  }

  # The setting refers to the table, so an upgrade creates the table before a function uses it.
  assert {
    condition = alltrue([for name in ["sentinel-vend", "sentinel-admin"] :
      output.functions[name].settings["SENTINEL_BUDGET_TABLE"] == aws_dynamodb_table.this["budget"].name
    ])
    error_message = "A function's budget table does not exist."
  }
}

run "tables_and_logs_are_kept" {
  assert {
    condition = alltrue([for table in aws_dynamodb_table.this :
      table.deletion_protection_enabled && table.ttl[0].enabled && table.billing_mode == "PAY_PER_REQUEST"
    ])
    error_message = "A table can be lost."
  }

  assert {
    condition     = { for key, table in aws_dynamodb_table.this : key => table.point_in_time_recovery[0].enabled } == { session = true, grant = true, budget = false }
    error_message = "A table of evidence has no recovery, or the counters' table has it."
  }

  assert {
    condition     = toset([for index in aws_dynamodb_table.this["grant"].global_secondary_index : index.name]) == toset([for index in local.tables_json.grant.create.GlobalSecondaryIndexes : index.IndexName])
    error_message = "The grant table lacks an index."
  }

  assert {
    condition     = one(aws_dynamodb_table.this["grant"].local_secondary_index).name == "serving"
    error_message = "The grant table lacks the local index."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.retention_in_days == 365
    error_message = "The access log is not kept for a year."
  }
}

run "a_customer_managed_key" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d"
  }

  assert {
    condition     = alltrue([for table in aws_dynamodb_table.this : table.server_side_encryption[0].kms_key_arn == var.kms_key_arn]) && aws_sns_topic.events.kms_master_key_id == var.kms_key_arn
    error_message = "Something is encrypted with another key."
  }

  assert {
    condition = alltrue([for function in values(output.functions) :
      function.policies.encryption.Statement[0].Resource == var.kms_key_arn &&
      function.policies.encryption.Statement[0].Condition.StringLike["kms:ViaService"] == ["dynamodb.eu-central-1.*", "sns.eu-central-1.*"]
    ])
    error_message = "A role may use the key otherwise than through DynamoDB and SNS."
  }
}

run "every_setting_reaches_its_functions" {
  variables {
    deadline             = 12
    call_timeout         = 2
    endpoints            = { iam = "https://iam-fips.amazonaws.com", dynamodb = "https://dynamodb-fips.us-east-1.amazonaws.com" }
    hedge_ratio          = 0.1
    trusted_accounts     = ["111122223333", "444455556666"]
    sso_roles            = ["111122223333:AWSReservedSSO_Developers_0123456789abcdef"]
    named_session_roles  = ["444455556666:ci-*"]
    shared_name_accounts = ["444455556666"]
    document_ttl         = 0
    document_max_stale   = 60
    vend_budget          = 10
    admin_budget         = 20
    read_budget          = 300
    console_url          = "https://sentinel.example.com/console"
    authorizers = {
      ledger = { api_ids = ["a1", "b2"], accepted_profiles = ["prod", "staging-*"], max_session_age = "15m", proof_binding = "request", sts_regions = ["us-east-1", "eu-west-1"] }
    }
  }

  assert {
    condition = output.functions["sentinel-vend"].settings == tomap({
      AWS_CA_BUNDLE                 = "/var/task/amazon-roots.pem"
      SSL_CERT_FILE                 = "/var/task/amazon-roots.pem"
      AWS_ENDPOINT_URL_DYNAMODB     = "https://dynamodb-fips.us-east-1.amazonaws.com"
      AWS_ENDPOINT_URL_IAM          = "https://iam-fips.amazonaws.com"
      SENTINEL_API_ID               = "httpapi001"
      SENTINEL_DEPLOYMENT           = "sentinel"
      SENTINEL_SESSION_TABLE        = "sentinel-sessions"
      SENTINEL_GRANT_TABLE          = "sentinel-grants"
      SENTINEL_BUDGET_TABLE         = "sentinel-budgets"
      SENTINEL_DEADLINE             = "12"
      SENTINEL_CALL_TIMEOUT         = "2"
      SENTINEL_HEDGE_RATIO          = "0.1"
      SENTINEL_PARAMETER_PREFIX     = "/sentinel"
      SENTINEL_TRUSTED_ACCOUNTS     = "111122223333,444455556666"
      SENTINEL_SSO_ROLES            = "111122223333:AWSReservedSSO_Developers_0123456789abcdef"
      SENTINEL_NAMED_SESSION_ROLES  = "444455556666:ci-*"
      SENTINEL_SHARED_NAME_ACCOUNTS = "444455556666"
      SENTINEL_DOCUMENT_TTL         = "0"
      SENTINEL_DOCUMENT_MAX_STALE   = "60"
      SENTINEL_READ_BUDGET          = "300"
      SENTINEL_VEND_BUDGET          = "10"
    })
    error_message = "A setting of vend is lost."
  }

  assert {
    condition     = output.functions["sentinel-admin"].settings["SENTINEL_ADMIN_BUDGET"] == "20" && output.functions["sentinel-admin"].settings["SENTINEL_CONSOLE_URL"] == "https://sentinel.example.com/console"
    error_message = "A setting of admin is lost."
  }

  assert {
    condition = output.functions["sentinel-authorizer-ledger"].settings == tomap({
      AWS_CA_BUNDLE              = "/var/task/amazon-roots.pem"
      SSL_CERT_FILE              = "/var/task/amazon-roots.pem"
      AWS_ENDPOINT_URL_DYNAMODB  = "https://dynamodb-fips.us-east-1.amazonaws.com"
      SENTINEL_API_ID            = "a1,b2"
      SENTINEL_DEPLOYMENT        = "sentinel"
      SENTINEL_SESSION_TABLE     = "sentinel-sessions"
      SENTINEL_GRANT_TABLE       = "sentinel-grants"
      SENTINEL_DEADLINE          = "9"
      SENTINEL_CALL_TIMEOUT      = "2"
      SENTINEL_HEDGE_RATIO       = "0.1"
      SENTINEL_ACCEPTED_PROFILES = "prod,staging-*"
      SENTINEL_MAX_SESSION_AGE   = "15m"
      SENTINEL_PROOF_BINDING     = "request"
      SENTINEL_STS_REGIONS       = "us-east-1,eu-west-1"
    })
    error_message = "A setting of the authorizer is lost, or it answers after API Gateway's timeout."
  }
}
