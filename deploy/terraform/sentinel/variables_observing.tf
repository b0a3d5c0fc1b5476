variable "log_retention_days" {
  description = "Retention of the log groups in days. They contain the audit lines."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: 30 or more, of the values that CloudWatch Logs accepts: 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key of the log groups; its key policy must allow CloudWatch Logs to use it. null: CloudWatch's own key."
  type        = string
  default     = null
}

variable "duration_alarm_ms" {
  description = "Alarm threshold of a function's p99 duration over five minutes, in milliseconds."
  type        = number
  default     = 3000
  nullable    = false

  validation {
    condition     = var.duration_alarm_ms > 0
    error_message = "duration_alarm_ms: over 0."
  }
}

variable "alarm_actions" {
  description = "ARNs, such as SNS topics, notified when an alarm begins and ends. Empty: no notification."
  type        = list(string)
  default     = []
  nullable    = false
}
