# Sentinel for one network: a private REST API behind VPC endpoints, no HTTP API, a KMS key of your own, SnapStart.

provider "aws" {
  region = var.region
}

module "sentinel" {
  source = "../../sentinel"

  packages     = var.packages
  architecture = var.architecture

  http_api = false
  rest_api = {
    type             = "PRIVATE"
    vpc_endpoint_ids = var.vpc_endpoint_ids
    source_ips       = var.office_ips
    access_logs      = var.access_logs
  }

  kms_key_arn = var.kms_key_arn
  snap_start  = true
}
