# How functions start (cold, from a snapshot, or provisioned; the last two exclude each other), and which certificate
# authorities they trust.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "snap_start" {
  module {
    source = "./modules/function"
  }

  variables {
    name                    = "sentinel-vend"
    description             = "test"
    package                 = { path = "versions.tf", sha256 = "x" }
    handler                 = "handler.handler"
    environment             = {}
    policies                = {}
    timeout_s               = 12
    provisioned_concurrency = 0
    reserved_concurrency    = -1
    common = {
      runtime            = "python3.13", architecture = "arm64", memory_mb = 1024, snap_start = true, tracing = false
      trust_policy       = "{\"Version\":\"2012-10-17\",\"Statement\":[]}", permissions_boundary_arn = null
      log_retention_days = 365, log_kms_key_arn = null, duration_alarm_ms = 3000, alarm_actions = []
      tags               = {}
    }
  }

  assert {
    condition     = aws_lambda_function.this.snap_start[0].apply_on == "PublishedVersions" && aws_lambda_function.this.publish
    error_message = "Published versions start without a snapshot."
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    error_message = "It traces although tracing is off."
  }

  assert {
    condition     = aws_lambda_alias.live.function_version == aws_lambda_function.this.version && length(aws_lambda_provisioned_concurrency_config.live) == 0
    error_message = "The alias does not serve the published version."
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/sentinel-vend" && aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "Its log is not its own, or not kept."
  }
}

run "both_are_refused" {
  command = plan

  variables {
    snap_start              = true
    provisioned_concurrency = { vend = 2 }
  }

  expect_failures = [var.provisioned_concurrency]
}

run "either_is_accepted" {
  command = plan

  variables {
    provisioned_concurrency = { vend = 2 }
  }

  assert {
    condition     = !var.snap_start
    error_message = "Snapshots are on without being asked for."
  }
}

# Only the authorities are looked at here, so the names the mocks give may stay those of the partition aws.
run "another_partition_has_the_systems_authorities" {
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws-cn" }
  }

  assert {
    condition     = alltrue([for each in values(output.functions) : length(setintersection(keys(each.settings), ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])) == 0])
    error_message = "A function trusts only Amazon's authorities where AWS's endpoints may have others."
  }
}

run "the_systems_authorities_where_asked_for" {
  variables {
    trust_amazon_roots_only = false
  }

  assert {
    condition     = alltrue([for each in values(output.functions) : length(setintersection(keys(each.settings), ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])) == 0])
    error_message = "A function trusts only Amazon's authorities although this is off."
  }
}

run "a_document_that_can_be_a_standard_parameter_is_one" {
  variables {
    documents = {
      "policies/access" = "# short"
      "profiles/long"   = join("", [for n in range(1000) : "# words\n"])
    }
  }

  assert {
    condition     = aws_ssm_parameter.document["policies/access"].value == "# short" && startswith(aws_ssm_parameter.document["profiles/long"].value, "gzip:H4s")
    error_message = "A document becomes an advanced parameter, which it then stays."
  }
}
