mock_provider "aws" {
  source = "../../mocks"

  override_data {
    target = data.aws_kms_public_key.documents
    values = { public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0EB6BI1U69sdzqHmdz/xVRFY6TUaNvxSqxPPkeXWkLbJrUk9NLjH5PNr+5bpfr1u+gEaIeb1gSsfb038A5VuuA==" }
  }

  override_resource {
    target = aws_kms_key.documents
    values = { arn = "arn:aws:kms:eu-central-1:111122223333:key/1b2c3d4e-1111-4222-8333-444455556666" }
  }
}

variables {
  packages              = { vend = "main.tf", authorizer = "main.tf", admin = "main.tf" }
  signer_arn            = "arn:aws:iam::111122223333:role/SentinelSigner"
  key_administrator_arn = "arn:aws:iam::111122223333:role/SigningKeyAdministrator"
}

run "two_people" {
  assert {
    condition     = [for each in jsondecode(aws_kms_key.documents.policy).Statement : each.Principal.AWS if contains(flatten([each.Action]), "kms:Sign")] == [var.signer_arn]
    error_message = "Someone else may sign."
  }

  assert {
    condition     = length([for each in jsondecode(output.writer_policy).Statement : each.Sid if each.Effect == "Deny" && contains(["NeverSign", "NeverDelete", "NeverExpire"], each.Sid)]) == 3
    error_message = "Writers may sign, delete or give an end."
  }

  assert {
    condition     = module.sentinel.functions["sentinel-vend"].settings["SENTINEL_DOCUMENT_KEYS"] == data.aws_kms_public_key.documents.public_key
    error_message = "The vend function wants no signature."
  }
}
