output "role_arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of the role."
  value       = aws_iam_role.this.name
}

output "profile" {
  description = "Name of the profile."
  value       = coalesce(var.profile, var.name)
}

output "profile_document" {
  description = "The profile's document, as JSON: pass it to the module sentinel as documents[\"profiles/<profile>\"], or push it with `sentinel policy push`."
  value = jsonencode({ for key, value in {
    role_arn     = aws_iam_role.this.arn
    region       = var.region
    description  = var.description
    max_duration = var.max_duration
  } : key => value if value != null })
}
