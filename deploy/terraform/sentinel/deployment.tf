# The deployment: every ARN and every policy is built from these values.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

locals {
  # Generated from the code's constants: python -m deploy.policies.generate
  policies = "${path.module}/../policies"
  names    = jsondecode(file("${local.policies}/names.json"))

  # The fields of deploy.policies.deployment.Deployment. The authorizers' roles differ, so each adds its own.
  deployment = {
    partition        = data.aws_partition.this.partition
    region           = data.aws_region.this.name
    account          = data.aws_caller_identity.this.account_id
    session_table    = local.table_names["session"]
    grant_table      = local.table_names["grant"]
    budget_table     = local.table_names["budget"]
    parameter_prefix = var.parameter_prefix
    vend_role        = "${var.name}-vend"
    admin_role       = "${var.name}-admin"
    topic            = "${var.name}-events"
    protected_path   = var.protected_path
    name             = var.name
    # Another deployment in the account has its own policy.
    kill_switch = var.name == local.names.deployment ? local.names.kill_switch : "${local.names.kill_switch}-${var.name}"
  }

  # If a KMS key is given, each role may use it through the services that encrypt with it only.
  encryption_policy = var.kms_key_arn == null ? {} : {
    encryption = templatefile("${local.policies}/encryption.json.tftpl", {
      region  = local.deployment.region
      key_arn = var.kms_key_arn
    })
  }
}
