# Documents that two people decide: one signs with a key of KMS, another stores. The key is best in an account of its own;
# here it is in Sentinel's.

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_kms_key" "documents" {
  description              = "Signs Sentinel's documents"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  policy = templatefile("${path.module}/../../policies/signing-key.json.tftpl", {
    administrator_arn = var.key_administrator_arn
    signer_arn        = var.signer_arn
    partition         = data.aws_partition.current.partition
    account           = data.aws_caller_identity.current.account_id
  })
  # The administrator's policy decides who may change it; Terraform's role may not have to.
  bypass_policy_lockout_safety_check = true
}

data "aws_kms_public_key" "documents" {
  key_id = aws_kms_key.documents.arn
}

module "sentinel" {
  source = "../../sentinel"

  packages      = var.packages
  architecture  = var.architecture
  document_keys = [data.aws_kms_public_key.documents.public_key]
}
