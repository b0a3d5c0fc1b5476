# The tables as defined in deploy/definitions/tables.json, the same for every deployment and every test.

locals {
  tables_json = jsondecode(file("${path.module}/../../definitions/tables.json"))
  table_names = { for key, table in local.tables_json : key => replace(table.name, "/^sentinel/", var.name) }
}

resource "aws_dynamodb_table" "this" {
  for_each = local.tables_json

  name         = local.table_names[each.key]
  billing_mode = each.value.create.BillingMode
  hash_key     = one([for key in each.value.create.KeySchema : key.AttributeName if key.KeyType == "HASH"])
  range_key    = one([for key in each.value.create.KeySchema : key.AttributeName if key.KeyType == "RANGE"])

  deletion_protection_enabled = var.deletion_protection

  dynamic "attribute" {
    for_each = each.value.create.AttributeDefinitions

    content {
      name = attribute.value.AttributeName
      type = attribute.value.AttributeType
    }
  }

  dynamic "global_secondary_index" {
    for_each = lookup(each.value.create, "GlobalSecondaryIndexes", [])

    content {
      name            = global_secondary_index.value.IndexName
      projection_type = global_secondary_index.value.Projection.ProjectionType
      hash_key        = one([for key in global_secondary_index.value.KeySchema : key.AttributeName if key.KeyType == "HASH"])
      range_key       = one([for key in global_secondary_index.value.KeySchema : key.AttributeName if key.KeyType == "RANGE"])
    }
  }

  dynamic "local_secondary_index" {
    for_each = lookup(each.value.create, "LocalSecondaryIndexes", [])

    content {
      name            = local_secondary_index.value.IndexName
      projection_type = local_secondary_index.value.Projection.ProjectionType
      range_key       = one([for key in local_secondary_index.value.KeySchema : key.AttributeName if key.KeyType == "RANGE"])
    }
  }

  ttl {
    attribute_name = each.value.time_to_live.AttributeName
    enabled        = each.value.time_to_live.Enabled
  }

  point_in_time_recovery {
    enabled = each.value.point_in_time_recovery.PointInTimeRecoveryEnabled
  }

  server_side_encryption {
    # false does not turn encryption off: DynamoDB then uses a key of its own.
    enabled     = var.kms_key_arn != null
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}
