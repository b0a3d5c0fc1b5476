# Every change of a request, an event, a session or a lockout is published here.

resource "aws_sns_topic" "events" {
  name              = local.deployment.topic
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}
