variable "admin_role_arn" {
  description = "The only role that may become this one: output `admin_role_arn` of the module sentinel."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[a-z][a-z0-9-]{1,30}-admin$", var.admin_role_arn))
    error_message = "admin_role_arn: arn:aws:iam::<account>:role/<name>-admin, the execution role of the admin function, without a path."
  }
}

variable "identity_store_id" {
  description = "Id of the identity store, such as d-1234567890: the only one whose users and groups the role lists."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", var.identity_store_id))
    error_message = "identity_store_id: the id of an identity store, such as d-1234567890 (not the ARN of the instance)."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
