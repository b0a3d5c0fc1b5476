# The execution role: its permissions are one generated document, without managed policies.

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  assume_role_policy   = var.common.trust_policy
  permissions_boundary = var.common.permissions_boundary_arn
  tags                 = var.common.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.this.id
  policy = each.value
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.common.log_retention_days
  kms_key_id        = var.common.log_kms_key_arn
  tags              = var.common.tags
}
