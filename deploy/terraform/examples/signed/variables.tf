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

variable "signer_arn" {
  description = "Role of the people who sign documents, and store none."
  type        = string
}

variable "key_administrator_arn" {
  description = "Role that administers the key, and could let itself sign: not one of people who store documents."
  type        = string
}
