variable "log_retention_days" {
  description = "Days the log groups keep their lines. The audit lines are in them."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: 30 or more, of the values CloudWatch Logs takes: 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key of the log groups, whose key policy lets CloudWatch Logs use it; null: CloudWatch's own."
  type        = string
  default     = null
}

variable "duration_alarm_ms" {
  description = "Milliseconds the slowest hundredth of a function's invocations may take for five minutes before its alarm."
  type        = number
  default     = 3000
  nullable    = false

  validation {
    condition     = var.duration_alarm_ms > 0
    error_message = "duration_alarm_ms: over 0."
  }
}

variable "alarm_actions" {
  description = "ARNs (of SNS topics, say) told when an alarm begins and ends. Empty: alarms only show."
  type        = list(string)
  default     = []
  nullable    = false
}
