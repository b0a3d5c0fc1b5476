# The service, a role that needs a colleague's approval, and an API that refuses a revoked session.

provider "aws" {
  region = var.region
}

module "sentinel" {
  source = "../../sentinel"

  packages            = var.packages
  architecture        = var.architecture
  deletion_protection = var.deletion_protection
  log_retention_days  = 90
  alarm_actions       = var.alarm_actions
  issuers             = var.issuers
  group_sync          = {} # of group documents; docs/identity-center.md for Identity Center's

  documents = {
    "policies/access"   = file("${path.module}/documents/policies/access.yaml")
    "policies/approval" = file("${path.module}/documents/policies/approval.yaml")
    "policies/admin"    = file("${path.module}/documents/policies/admin.yaml")
    "profiles/notes"    = module.notes.profile_document
  }

  authorizers = {
    ledger = {
      api_ids           = [aws_apigatewayv2_api.ledger.id]
      accepted_profiles = ["notes"]
      max_session_age   = "30m"
    }
  }
}
