output "kill_switch_policy_arn" {
  description = "Boundary of this account's protected roles: input of the module protected-role, and one of the module sentinel's kill_switch_policy_arns."
  value       = aws_iam_policy.revocations.arn
}
