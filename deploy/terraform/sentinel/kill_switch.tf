# The policy that is the boundary of every protected role of this account. The admin function writes its later versions.

locals {
  kill_switch_policy_arns = concat(aws_iam_policy.revocations[*].arn, var.kill_switch_policy_arns)
}

resource "aws_iam_policy" "revocations" {
  count = var.kill_switch ? 1 : 0

  name        = local.names.kill_switch_policy_name
  description = "Sentinel: allows everything but what was revoked. Only ever a permissions boundary"
  policy      = templatefile("${local.policies}/nothing-revoked.json.tftpl", {})
  tags        = var.tags

  lifecycle {
    ignore_changes = [policy]
  }
}
