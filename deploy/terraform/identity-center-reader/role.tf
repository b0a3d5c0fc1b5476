# The role that reads Identity Center for the synchronization of groups, in the account of Identity Center or of its
# delegated administrator.

data "aws_partition" "this" {}

locals {
  # Generated from the code's constants: python -m deploy.policies.generate
  policies        = "${path.module}/../policies"
  names           = jsondecode(file("${local.policies}/names.json"))
  admin           = regex("^arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):role/(?P<admin_role>[A-Za-z0-9+=,.@_-]+)$", var.admin_role_arn)
  deployment_name = trimsuffix(local.admin.admin_role, "-admin")
}

resource "aws_iam_role" "reader" {
  name               = local.deployment_name == local.names.deployment ? local.names.reader_role : "${local.names.reader_role}-${local.deployment_name}"
  description        = "Sentinel: lists the users, groups and memberships of Identity Center"
  assume_role_policy = templatefile("${local.policies}/admin-trust.json.tftpl", local.admin)
  tags               = var.tags
}

resource "aws_iam_role_policy" "reader" {
  name = "identity-center"
  role = aws_iam_role.reader.id
  policy = templatefile("${local.policies}/identity-center.json.tftpl", {
    partition         = data.aws_partition.this.partition
    identity_store_id = var.identity_store_id
  })
}
