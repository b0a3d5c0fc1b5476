variable "event_bus" {
  description = "Put every change, as an event too, on an EventBridge bus with the topic's name; null: no bus. `kms_key_arn`: KMS key of its events, whose key policy must allow EventBridge to use it; null: a key of AWS's. docs/delivery.md."
  type = object({
    kms_key_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.event_bus == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", coalesce(try(var.event_bus.kms_key_arn, null), "arn:aws:kms:eu-central-1:111122223333:key/any")))
    error_message = "event_bus: kms_key_arn is the ARN of a key (not of an alias), arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "audit_archive" {
  description = "Archive every audit line, through Firehose, in an S3 bucket whose objects are locked for `retention_days`; null: no archive. `mode`: GOVERNANCE, or COMPLIANCE, which no one can shorten, the account's root included. `glacier_after_days`, `expire_after_days`: when objects go to Glacier Instant Retrieval, and when they are deleted; null: never. `kms_key_arn`: KMS key of the bucket; null: S3's own. docs/delivery.md."
  type = object({
    mode               = optional(string, "GOVERNANCE")
    retention_days     = optional(number, 365)
    glacier_after_days = optional(number, 90)
    expire_after_days  = optional(number)
    kms_key_arn        = optional(string)
  })
  default = null

  validation {
    condition     = var.audit_archive == null || try(contains(["GOVERNANCE", "COMPLIANCE"], var.audit_archive.mode), false)
    error_message = "audit_archive: mode is GOVERNANCE or COMPLIANCE."
  }

  validation {
    condition     = var.audit_archive == null || try(var.audit_archive.retention_days >= 1 && var.audit_archive.retention_days <= 36500 && floor(var.audit_archive.retention_days) == var.audit_archive.retention_days, false)
    error_message = "audit_archive: retention_days is a whole number of days, 1 to 36500."
  }

  validation {
    condition     = var.audit_archive == null || alltrue([for days in [try(var.audit_archive.glacier_after_days, null), try(var.audit_archive.expire_after_days, null)] : days == null || try(days >= 1 && floor(days) == days, false)])
    error_message = "audit_archive: glacier_after_days and expire_after_days are whole numbers of days, from 1."
  }

  validation {
    condition     = try(var.audit_archive.expire_after_days, null) == null || try(var.audit_archive.expire_after_days >= var.audit_archive.retention_days && var.audit_archive.expire_after_days > coalesce(var.audit_archive.glacier_after_days, 0), false)
    error_message = "audit_archive: expire_after_days is at least retention_days, as what is locked cannot be deleted, and over glacier_after_days."
  }

  validation {
    condition     = var.audit_archive == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", coalesce(try(var.audit_archive.kms_key_arn, null), "arn:aws:kms:eu-central-1:111122223333:key/any")))
    error_message = "audit_archive: kms_key_arn is the ARN of a key (not of an alias), arn:aws:kms:<region>:<account>:key/<id>."
  }

  validation {
    condition     = var.audit_archive == null || length(var.name) <= 29
    error_message = "audit_archive: name has at most 29 characters with an archive, so that the bucket's fits."
  }
}

variable "query_pack" {
  description = "Save queries over the audit lines in CloudWatch Logs Insights and, with audit_archive, a table and queries in Athena. docs/delivery.md."
  type        = bool
  default     = false
  nullable    = false
}
