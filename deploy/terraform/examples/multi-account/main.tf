# Sentinel in one account, protected roles in another, groups of Identity Center in a third. For a further workload account,
# repeat `workload` and its roles.

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "workload"
  region = var.region

  assume_role {
    role_arn = var.workload_deployer_role_arn
  }
}

# The delegated administrator of Identity Center, in Identity Center's region.
provider "aws" {
  alias  = "identity_center"
  region = var.identity_center_region

  assume_role {
    role_arn = var.identity_center_deployer_role_arn
  }
}

data "aws_caller_identity" "sentinel" {}

module "sentinel" {
  source = "../../sentinel"

  packages     = var.packages
  architecture = var.architecture

  # A regional REST API admits callers of other accounts; an HTTP API does not.
  # The list replaces the default, this account, so it names this account too. Callers of the others are named with their
  # account, 210987654321/alice, unless shared_name_accounts lists it.
  trusted_accounts = distinct(concat([data.aws_caller_identity.sentinel.account_id], var.trusted_accounts))
  rest_api = {
    type        = "REGIONAL"
    source_ips  = var.source_ips
    access_logs = var.access_logs
  }

  kill_switch_policy_arns = [module.workload.kill_switch_policy_arn]

  group_sync = {
    identity_store_id       = var.identity_store_id
    identity_store_region   = var.identity_center_region
    identity_store_role_arn = module.reader.role_arn
  }

  documents = {
    "policies/access"        = file("${path.module}/access.yaml")
    "profiles/prod-readonly" = module.prod_readonly.profile_document
  }
}

module "workload" {
  source    = "../../kill-switch-account"
  providers = { aws = aws.workload }

  admin_role_arn = module.sentinel.admin_role_arn
}

module "reader" {
  source    = "../../identity-center-reader"
  providers = { aws = aws.identity_center }

  admin_role_arn    = module.sentinel.admin_role_arn
  identity_store_id = var.identity_store_id
}

module "prod_readonly" {
  source    = "../../protected-role"
  providers = { aws = aws.workload }

  name                   = "prod-readonly"
  vend_role_arn          = module.sentinel.vend_role_arn
  kill_switch_policy_arn = module.workload.kill_switch_policy_arn
  managed_policy_arns    = { view = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess" }
  region                 = var.region
}
