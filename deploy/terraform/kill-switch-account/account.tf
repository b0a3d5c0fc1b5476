# The kill switch in an account with protected roles but without Sentinel: the boundary, and the only role that may
# write it.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  # Generated from the code's constants: python -m deploy.policies.generate
  policies = "${path.module}/../policies"
  names    = jsondecode(file("${local.policies}/names.json"))
  # The names in the constant statements; the admin function writes them again with the first revocation.
  deployment = {
    partition        = data.aws_partition.this.partition
    account          = local.admin.account
    name             = local.deployment_name
    parameter_prefix = var.parameter_prefix
    protected_path   = var.protected_path
    kill_switch      = local.name
  }
  deployment_name = trimsuffix(local.admin.admin_role, "-admin")
  name            = local.deployment_name == local.names.deployment ? local.names.kill_switch : "${local.names.kill_switch}-${local.deployment_name}"
  admin           = regex("^arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):role/(?P<admin_role>[A-Za-z0-9+=,.@_-]+)$", var.admin_role_arn)
}

resource "aws_iam_policy" "revocations" {
  name        = local.name
  description = "Sentinel: allows everything but what was revoked. Only ever a permissions boundary"
  policy      = templatefile("${local.policies}/nothing-revoked.json.tftpl", local.deployment)
  tags        = var.tags

  # The admin function writes its later versions.
  lifecycle {
    ignore_changes = [policy]

    # IAM does not delete a policy in use as a boundary: under a new name, roles move to the new policy first.
    create_before_destroy = true
  }
}

resource "aws_iam_role" "revocations" {
  name               = local.name
  description        = "Sentinel: writes the policy of the same name only"
  assume_role_policy = templatefile("${local.policies}/admin-trust.json.tftpl", local.admin)
  tags               = var.tags
}

resource "aws_iam_role_policy" "revocations" {
  name = "write-the-kill-switch"
  role = aws_iam_role.revocations.id
  policy = templatefile("${local.policies}/revocations-role.json.tftpl", {
    partition   = data.aws_partition.this.partition
    account     = data.aws_caller_identity.this.account_id
    kill_switch = local.name
  })
}
