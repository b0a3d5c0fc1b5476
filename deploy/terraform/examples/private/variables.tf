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

variable "vpc_endpoint_ids" {
  description = "VPC endpoints of execute-api that callers come through."
  type        = list(string)
}

variable "office_ips" {
  description = "Private addresses inside the VPC that may call."
  type        = list(string)
  default     = ["10.0.0.0/8"]
}

variable "kms_key_arn" {
  description = "Key of the tables and the topic."
  type        = string
}

variable "access_logs" {
  description = "Write the API's access log. Requires API Gateway's CloudWatch role in this account and region (aws_api_gateway_account)."
  type        = bool
  default     = false
}
