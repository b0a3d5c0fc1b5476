# A function, its published version, and the alias that every caller invokes.

locals {
  environment_bytes = sum(concat([0], [for name, value in var.environment : length(name) + length(value)]))
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  filename         = var.package.path
  source_code_hash = var.package.sha256
  handler          = var.handler
  runtime          = var.common.runtime
  architectures    = [var.common.architecture]

  memory_size                    = var.common.memory_mb
  timeout                        = var.timeout_s
  reserved_concurrent_executions = var.reserved_concurrency
  publish                        = true

  environment {
    variables = var.environment
  }

  # Text format: audit and metric lines are JSON already, and Lambda's JSON format would filter them.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.common.tracing ? "Active" : "PassThrough"
  }

  dynamic "snap_start" {
    for_each = var.common.snap_start ? ["PublishedVersions"] : []

    content {
      apply_on = snap_start.value
    }
  }

  tags = var.common.tags

  lifecycle {
    precondition {
      condition     = local.environment_bytes <= 4096
      error_message = "The environment of ${var.name} has ${local.environment_bytes} bytes; Lambda allows 4096, names included. Name fewer accounts in kill_switch_policy_arns and trusted_accounts, or fewer roles, or divide the deployment by account (docs/capacity.md)."
    }
  }

  # A function that starts before its role may write to the log loses its first lines.
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that serves"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency > 0 ? 1 : 0

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}
