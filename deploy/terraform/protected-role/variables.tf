variable "name" {
  description = "Name of the role."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "name: 1 to 64 letters, digits and +=,.@_-"
  }
}

variable "description" {
  description = "What the role is for, shown in IAM and in `sentinel profiles`."
  type        = string
  default     = "Reached through Sentinel only"
  nullable    = false
}

variable "path" {
  description = "IAM path of the role. It must be the deployment's `protected_path`, or the vend function may not assume the role."
  type        = string
  default     = "/sentinel/protected/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)+$", var.path))
    error_message = "path: begins and ends with a slash with a name between, such as /sentinel/protected/."
  }
}

variable "vend_role_arn" {
  description = "The only role that may assume this one: output `vend_role_arn` of the module sentinel."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_-]+$", var.vend_role_arn))
    error_message = "vend_role_arn: arn:aws:iam::<account>:role/<name>, the execution role of the vend function, without a path."
  }
}

variable "kill_switch_policy_arn" {
  description = "The boundary SentinelRevocations of this role's account: output `kill_switch_policy_arn` of the module sentinel or kill-switch-account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/SentinelRevocations(-[a-z][a-z0-9-]*)?$", var.kill_switch_policy_arn))
    error_message = "kill_switch_policy_arn: arn:aws:iam::<account>:policy/SentinelRevocations. Without it a revocation does not reach this role's active credentials."
  }
}

variable "max_session_duration_s" {
  description = "Maximum session duration in seconds. Sentinel issues an hour at most, which is the smallest value IAM accepts."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.max_session_duration_s >= 3600 && var.max_session_duration_s <= 43200
    error_message = "max_session_duration_s: 3600 to 43200, as in IAM. For shorter sessions set max_duration."
  }
}

variable "policies" {
  description = "Permissions of the role: inline policies by name, as JSON."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies: each is the JSON of a policy document, with a Statement."
  }
}

variable "managed_policy_arns" {
  description = "Permissions of the role: ARNs of managed policies, by names of your choice."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "profile" {
  description = "Name of the profile that users request; null: the role's name."
  type        = string
  default     = null

  validation {
    condition     = var.profile == null || can(regex("^[A-Za-z0-9._-]{1,64}$", var.profile))
    error_message = "profile: 1 to 64 letters, digits, dots, underscores and hyphens."
  }
}

variable "region" {
  description = "Default region of the profile's sessions; null: the caller's own."
  type        = string
  default     = null
}

variable "max_duration" {
  description = "Maximum session duration of the profile, such as `30m`; null: an hour."
  type        = string
  default     = null

  validation {
    condition     = var.max_duration == null || can(regex("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", var.max_duration))
    error_message = "max_duration: a duration such as 30m or 1h, 15 minutes to an hour."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
