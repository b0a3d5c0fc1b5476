# The documents a new deployment begins with. Afterwards they are the operators' (`sentinel policy push`).

resource "aws_ssm_parameter" "document" {
  for_each = var.documents

  name = "${var.parameter_prefix}/${each.key}"
  type = "String"
  # A standard parameter holds 4 KB, an advanced one 8.
  tier  = "Intelligent-Tiering"
  value = each.value
  tags  = var.tags

  lifecycle {
    ignore_changes = [value, tier]
  }
}
