# A role that only Sentinel may assume: trust policy, boundary and permissions.

locals {
  # Generated from the code's constants: python -m deploy.policies.generate
  policies = "${path.module}/../policies"
  vend     = regex("^arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):role/(?P<vend_role>[A-Za-z0-9+=,.@_-]+)$", var.vend_role_arn)
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.path
  description          = var.description
  assume_role_policy   = templatefile("${local.policies}/protected-role-trust.json.tftpl", local.vend)
  permissions_boundary = var.kill_switch_policy_arn
  max_session_duration = var.max_session_duration_s
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.this.id
  policy = each.value
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = var.managed_policy_arns

  role       = aws_iam_role.this.name
  policy_arn = each.value
}
