variable "region" {
  description = "Region of the service."
  type        = string
  default     = "eu-central-1"
}

variable "packages" {
  description = "Paths of the zips `make package` wrote."
  type        = object({ vend = string, authorizer = string, admin = string })
  default = {
    vend       = "../../../../dist/sentinel-vend-arm64.zip"
    authorizer = "../../../../dist/sentinel-authorizer-arm64.zip"
    admin      = "../../../../dist/sentinel-admin-arm64.zip"
  }
}

variable "architecture" {
  description = "Instruction set of the zips."
  type        = string
  default     = "arm64"
}

variable "workload_deployer_role_arn" {
  description = "The role that deploys to the workload account."
  type        = string
}

variable "identity_store_id" {
  description = "Id of Identity Center's identity store, such as d-1234567890."
  type        = string
}

variable "identity_center_region" {
  description = "Region of Identity Center."
  type        = string
  default     = "eu-central-1"
}

variable "identity_center_deployer_role_arn" {
  description = "The role that deploys to the delegated administrator's account of Identity Center."
  type        = string
}

variable "trusted_accounts" {
  description = "Accounts whose callers are accepted, in addition to Sentinel's own."
  type        = list(string)
}

variable "source_ips" {
  description = "Addresses the REST API may be called from."
  type        = list(string)
}

variable "access_logs" {
  description = "Write the API's access log. Requires API Gateway's CloudWatch role in this account and region (aws_api_gateway_account)."
  type        = bool
  default     = false
}
