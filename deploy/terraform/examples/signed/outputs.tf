output "signing_key" {
  description = "What signers name: sentinel policy sign FILE --key ARN."
  value       = aws_kms_key.documents.arn
}

output "signer_policy" {
  description = "IAM policy for the signers' role."
  value = templatefile("${path.module}/../../policies/signer.json.tftpl", {
    key_arn          = aws_kms_key.documents.arn
    parameter_prefix = "/sentinel"
    partition        = data.aws_partition.current.partition
    region           = var.region
    account          = data.aws_caller_identity.current.account_id
  })
}

output "writer_policy" {
  description = "IAM policy for those who store documents."
  value       = module.sentinel.operator_policy
}
