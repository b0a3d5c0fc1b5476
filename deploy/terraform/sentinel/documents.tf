# The first documents of a new deployment. Afterwards operators change them (`sentinel policy push`).

locals {
  # A standard parameter holds 4 KB. An advanced one holds 8 KB, has a price, and cannot become standard again. So a
  # document that fits compressed is stored compressed, in the format of `sentinel policy push`. One that begins with its
  # signature is stored as it is.
  standard_bytes = 4096
  documents = { for name, text in var.documents : name => (
    !startswith(text, "signed:") && floor(length(replace(base64encode(text), "=", "")) * 3 / 4) > local.standard_bytes &&
    length("gzip:${base64gzip(text)}") <= local.standard_bytes ? "gzip:${base64gzip(text)}" : text
  ) }

  issuer_documents = { for name, issuer in var.issuers : name => jsonencode(merge({ version = "1" }, {
    for key, value in issuer : key => value if key != "signature" && value != null && jsonencode(value) != "{}"
  })) }
}

resource "aws_ssm_parameter" "document" {
  for_each = local.documents

  name  = "${var.parameter_prefix}/${each.key}"
  type  = "String"
  tier  = "Intelligent-Tiering"
  value = each.value
  tags  = var.tags

  lifecycle {
    ignore_changes = [value, tier]
  }
}

# Issuer documents. Unlike the others they are kept as they are here: they change together with the API's authorizers.
resource "aws_ssm_parameter" "issuer" {
  for_each = var.issuers

  name  = "${var.parameter_prefix}/issuers/${each.key}"
  type  = "String"
  tier  = "Intelligent-Tiering"
  value = join("\n", compact([each.value.signature, local.issuer_documents[each.key]]))
  tags  = var.tags
}
