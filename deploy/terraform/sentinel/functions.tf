# The functions: vend, admin, and one authorizer for each set of APIs that accept the same sessions.

locals {
  # Arguments common to all functions.
  common = {
    runtime                  = var.runtime
    architecture             = var.architecture
    memory_mb                = var.memory_mb
    snap_start               = var.snap_start
    tracing                  = var.tracing
    trust_policy             = templatefile("${local.policies}/execution-role-trust.json.tftpl", {})
    permissions_boundary_arn = var.permissions_boundary_arn
    log_retention_days       = var.log_retention_days
    log_kms_key_arn          = var.log_kms_key_arn
    duration_alarm_ms        = var.duration_alarm_ms
    alarm_actions            = var.alarm_actions
    tags                     = var.tags
  }
}

module "vend" {
  source = "./modules/function"

  name        = local.deployment.vend_role
  description = "Sentinel: decides who gets credentials, and issues them from STS"
  package     = local.packages.vend
  handler     = "services.vend.handler.handler"
  environment = local.vend_settings
  policies = merge(local.encryption_policy, {
    vend = templatefile("${local.policies}/vend.json.tftpl", local.deployment)
  })
  timeout_s               = local.timeout_s
  provisioned_concurrency = var.provisioned_concurrency.vend
  reserved_concurrency    = var.reserved_concurrency.vend
  common                  = local.common
}

module "admin" {
  source = "./modules/function"

  name        = local.deployment.admin_role
  description = "Sentinel: approvals, break-glass, sessions and revocation"
  package     = local.packages.admin
  handler     = "services.admin.handler.handler"
  environment = local.admin_settings
  policies = merge(local.encryption_policy, local.group_policies, local.event_bus_policies, {
    admin = templatefile("${local.policies}/admin.json.tftpl", local.deployment)
  })
  timeout_s               = local.admin_timeout_s
  provisioned_concurrency = var.provisioned_concurrency.admin
  reserved_concurrency    = var.reserved_concurrency.admin
  common                  = local.common
}

module "authorizer" {
  source   = "./modules/function"
  for_each = var.authorizers

  name        = "${var.name}-authorizer-${each.key}"
  description = "Sentinel: checks that a request's session is active and its caller's own"
  package     = local.packages.authorizer
  handler     = "services.authorizer.handler.handler"
  environment = local.authorizer_settings[each.key]
  policies = merge(local.encryption_policy, {
    authorizer = templatefile("${local.policies}/authorizer.json.tftpl", merge(local.deployment, {
      authorizer_role = "${var.name}-authorizer-${each.key}"
    }))
  })
  timeout_s               = local.authorizer_timeout_s
  provisioned_concurrency = var.provisioned_concurrency.authorizer
  reserved_concurrency    = var.reserved_concurrency.authorizer
  common                  = local.common
}
