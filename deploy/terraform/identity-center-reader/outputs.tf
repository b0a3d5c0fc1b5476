output "role_arn" {
  description = "The role: `identity_store_role_arn` of the module sentinel's `group_sync`."
  value       = aws_iam_role.reader.arn
}
