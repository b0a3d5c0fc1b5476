variable "group_sync" {
  description = "Synchronize memberships in groups every `interval` minutes, from documents `groups/<name>` and, with `identity_store_id`, from IAM Identity Center; null: neither. A membership is believed for `believed_for` without a refresh. `identity_store_role_arn`: role in the account of Identity Center or of its delegated administrator (module identity-center-reader); null: the admin function's own role reads it. docs/identity-center.md."
  type = object({
    interval                = optional(number, 15)
    believed_for            = optional(string, "2h")
    identity_store_id       = optional(string)
    identity_store_region   = optional(string)
    identity_store_role_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.group_sync == null || try(var.group_sync.interval >= 5 && var.group_sync.interval <= 60 && floor(var.group_sync.interval) == var.group_sync.interval, false)
    error_message = "group_sync: interval is a whole number of minutes, 5 to 60."
  }

  validation {
    condition     = var.group_sync == null || try(can(regex("^([0-9]+h)?([0-9]+m)?$", var.group_sync.believed_for)) && timecmp(timeadd("2000-01-01T00:00:00Z", var.group_sync.believed_for), "2000-01-01T00:30:00Z") >= 0 && timecmp(timeadd("2000-01-01T00:00:00Z", var.group_sync.believed_for), "2000-01-02T00:00:00Z") <= 0, false)
    error_message = "group_sync: believed_for is a duration such as 2h or 90m, 30m to 24h."
  }

  validation {
    condition     = var.group_sync == null || try(timecmp(timeadd("2000-01-01T00:00:00Z", var.group_sync.believed_for), timeadd("2000-01-01T00:00:00Z", "${5 * var.group_sync.interval}m")) >= 0, true)
    error_message = "group_sync: believed_for is at least five times the interval, or memberships could end before the alarm on a sync that fails."
  }

  validation {
    condition     = var.group_sync == null || can(regex("^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", coalesce(try(var.group_sync.identity_store_id, null), "d-0123456789")))
    error_message = "group_sync: identity_store_id is the id of an identity store, such as d-1234567890 (not the ARN of the instance)."
  }

  validation {
    condition     = var.group_sync == null || can(regex("^[a-z0-9-]{1,32}$", coalesce(try(var.group_sync.identity_store_region, null), "eu-central-1")))
    error_message = "group_sync: identity_store_region is a region, such as eu-central-1."
  }

  validation {
    condition     = var.group_sync == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}$", coalesce(try(var.group_sync.identity_store_role_arn, null), "arn:aws:iam::111122223333:role/any")))
    error_message = "group_sync: identity_store_role_arn is the ARN of a role, arn:aws:iam::<account>:role/<name>."
  }

  validation {
    condition     = var.group_sync == null || try(var.group_sync.identity_store_id != null || (var.group_sync.identity_store_region == null && var.group_sync.identity_store_role_arn == null), false)
    error_message = "group_sync: identity_store_region and identity_store_role_arn need identity_store_id."
  }
}
