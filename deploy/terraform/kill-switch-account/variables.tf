variable "admin_role_arn" {
  description = "The one role that may write the kill switch: output `admin_role_arn` of the module sentinel."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_-]+$", var.admin_role_arn))
    error_message = "admin_role_arn: arn:aws:iam::<account>:role/<name>, the execution role of the admin function, without a path."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
