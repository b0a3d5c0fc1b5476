variable "name" {
  description = "Name of the function, of its execution role and, behind /aws/lambda/, of its log group."
  type        = string
}

variable "description" {
  description = "What the function is for, in one line."
  type        = string
}

variable "package" {
  description = "Path of the function's zip."
  type        = string
}

variable "handler" {
  description = "Module and attribute the runtime calls."
  type        = string
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
}

variable "policies" {
  description = "Inline policies of the execution role by name, as JSON."
  type        = map(string)
}

variable "timeout_s" {
  description = "Seconds after which Lambda ends an invocation."
  type        = number
}

variable "provisioned_concurrency" {
  description = "Environments kept initialised for the alias; 0: none."
  type        = number
}

variable "reserved_concurrency" {
  description = "The most invocations at once, kept free for this function; -1: no limit."
  type        = number
}

variable "common" {
  description = "What the functions of one deployment have in common; the variables of the same names explain each."
  type = object({
    runtime                  = string
    architecture             = string
    memory_mb                = number
    snap_start               = bool
    tracing                  = bool
    trust_policy             = string
    permissions_boundary_arn = string
    log_retention_days       = number
    log_kms_key_arn          = string
    duration_alarm_ms        = number
    alarm_actions            = list(string)
    tags                     = map(string)
  })
}
