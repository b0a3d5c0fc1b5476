# A table, and the only role that may use it.

resource "aws_dynamodb_table" "notes" {
  name         = "notes"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "note"

  attribute {
    name = "note"
    type = "S"
  }
}

module "notes" {
  source = "../../protected-role"

  name                   = "notes"
  description            = "Reads and writes notes"
  vend_role_arn          = module.sentinel.vend_role_arn
  kill_switch_policy_arn = module.sentinel.kill_switch_policy_arn

  policies = {
    notes = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
        Resource = aws_dynamodb_table.notes.arn
      }]
    })
  }
}
