# The smallest working deployment: the service, one protected role, and an access policy for two people.

provider "aws" {
  region = var.region
}

module "sentinel" {
  source = "../../sentinel"

  packages     = var.packages
  architecture = var.architecture

  documents = {
    "policies/access" = file("${path.module}/access.yaml")
    "profiles/dev"    = module.dev.profile_document
  }
}

module "dev" {
  source = "../../protected-role"

  name                   = "dev"
  vend_role_arn          = module.sentinel.vend_role_arn
  kill_switch_policy_arn = module.sentinel.kill_switch_policy_arn

  policies = {
    read-metrics = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "cloudwatch:GetMetricData", Resource = "*" }]
    })
  }
}
