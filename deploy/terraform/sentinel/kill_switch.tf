# The policy that is the boundary of every protected role of this account. The admin function writes its later versions.

locals {
  # By account, which takes a quarter of the room that the ARNs would take in the function's 4 KB of environment.
  kill_switch_accounts = concat(
    [for policy in aws_iam_policy.revocations : local.place.account],
    [for arn in var.kill_switch_policy_arns : split(":", arn)[4]],
  )
}

resource "aws_iam_policy" "revocations" {
  count = var.kill_switch ? 1 : 0

  name        = local.place.kill_switch
  description = "Sentinel: allows everything but what was revoked. Only ever a permissions boundary"
  policy      = templatefile("${local.policies}/nothing-revoked.json.tftpl", local.place)
  tags        = var.tags

  lifecycle {
    ignore_changes = [policy]

    # A policy that is a boundary is not deleted: with another name, roles change over first.
    create_before_destroy = true
  }
}
