variable "name" {
  description = "Name of the function, its execution role and, with the prefix /aws/lambda/, its log group."
  type        = string
}

variable "description" {
  description = "Purpose of the function, in one line."
  type        = string
}

variable "package" {
  description = "Path of the function's zip, and its SHA-256 in Base64, as Lambda has it."
  type = object({
    path   = string
    sha256 = string
  })
}

variable "handler" {
  description = "Module and attribute that the runtime calls."
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
  description = "Provisioned concurrency of the alias; 0: none."
  type        = number
}

variable "reserved_concurrency" {
  description = "Reserved concurrency of this function; -1: none."
  type        = number
}

variable "common" {
  description = "Arguments common to a deployment's functions; see the module sentinel's variables of the same names."
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
