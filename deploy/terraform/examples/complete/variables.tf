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

variable "deletion_protection" {
  description = "Refuse to delete the service's tables."
  type        = bool
  default     = true
}

variable "alarm_actions" {
  description = "ARNs notified when an alarm begins and ends."
  type        = list(string)
  default     = []
}

variable "issuers" {
  description = "Token issuers by name, as the module has them: callers without AWS credentials."
  type        = any
  default     = {}
}

variable "ledger_url" {
  description = "The backend of the guarded API."
  type        = string
  default     = "https://ledger.example.com/ledger"
}
