variable "admin_role_arn" {
  description = "The only role that may write the kill switch: output `admin_role_arn` of the module sentinel."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[a-z][a-z0-9-]{1,30}-admin$", var.admin_role_arn))
    error_message = "admin_role_arn: arn:aws:iam::<account>:role/<name>-admin, the execution role of the admin function, without a path."
  }
}

variable "parameter_prefix" {
  description = "`parameter_prefix` of the deployment: sessions in this account are denied the parameters below it."
  type        = string
  default     = "/sentinel"
  nullable    = false
}

variable "protected_path" {
  description = "`protected_path` of the deployment: as a boundary, the policy allows roles below this path everything, and other roles nothing."
  type        = string
  default     = "/sentinel/protected/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)+$", var.protected_path))
    error_message = "protected_path: begins and ends with a slash with a name between, such as /sentinel/protected/."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
