# The boundary of every protected role of this account. The admin function writes its later versions.

locals {
  # Account ids, a quarter of the length of the ARNs, because the function's environment is limited to 4 KB.
  kill_switch_accounts = concat(
    [for policy in aws_iam_policy.revocations : local.deployment.account],
    [for arn in var.kill_switch_policy_arns : split(":", arn)[4]],
  )
}

resource "aws_iam_policy" "revocations" {
  count = var.kill_switch ? 1 : 0

  name        = local.deployment.kill_switch
  description = "Sentinel: allows everything but what was revoked. Only ever a permissions boundary"
  policy      = templatefile("${local.policies}/nothing-revoked.json.tftpl", local.deployment)
  tags        = var.tags

  lifecycle {
    ignore_changes = [policy]

    # IAM does not delete a policy in use as a boundary: under a new name, roles move to the new policy first.
    create_before_destroy = true
  }
}
