# Queries over the audit lines: for CloudWatch Logs Insights and, where there is an archive, for Athena (docs/delivery.md).

locals {
  queries     = "${path.module}/../../queries"
  log_queries = var.query_pack ? fileset("${local.queries}/logs", "*.txt") : toset([])

  archive_queried = var.query_pack ? local.archives : []
  archive_table   = jsondecode(file("${local.queries}/athena/table.json"))
  athena_queries  = length(local.archive_queried) == 0 ? toset([]) : fileset("${local.queries}/athena", "*.sql")
}

resource "aws_cloudwatch_query_definition" "audit" {
  for_each = local.log_queries

  name            = "${var.name}/${trimsuffix(each.value, ".txt")}"
  query_string    = file("${local.queries}/logs/${each.value}")
  log_group_names = [for function in concat([module.vend, module.admin], values(module.authorizer)) : function.log_group]
}

resource "aws_glue_catalog_database" "audit" {
  count = length(local.archive_queried)

  name        = "${replace(var.name, "-", "_")}_audit"
  description = "Sentinel: the archive of audit lines"
  tags        = var.tags
}

resource "aws_glue_catalog_table" "audit" {
  count = length(local.archive_queried)

  name          = local.archive_table.name
  description   = "Sentinel: a row for each audit line"
  database_name = aws_glue_catalog_database.audit[0].name
  table_type    = "EXTERNAL_TABLE"
  parameters = merge({ EXTERNAL = "TRUE" }, {
    for name, value in local.archive_table.parameters : name => replace(value, "BUCKET", aws_s3_bucket.audit[0].id)
  })

  partition_keys {
    name = local.archive_table.partition
    type = "string"
  }

  storage_descriptor {
    location      = "s3://${aws_s3_bucket.audit[0].id}/${local.archive_table.prefix}"
    input_format  = local.archive_table.input_format
    output_format = local.archive_table.output_format

    ser_de_info {
      serialization_library = local.archive_table.serde
      parameters            = local.archive_table.serde_parameters
    }

    dynamic "columns" {
      for_each = local.archive_table.columns

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}

resource "aws_athena_named_query" "audit" {
  for_each = local.athena_queries

  name        = "${var.name}/${trimsuffix(each.value, ".sql")}"
  description = trimprefix(split("\n", file("${local.queries}/athena/${each.value}"))[0], "-- ")
  database    = aws_glue_catalog_database.audit[0].name
  query       = file("${local.queries}/athena/${each.value}")
}
