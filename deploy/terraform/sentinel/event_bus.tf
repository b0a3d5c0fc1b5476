# Every change is also an event on a bus of its own, for rules of yours. Off by default (docs/delivery.md).

resource "aws_cloudwatch_event_bus" "events" {
  count = var.event_bus == null ? 0 : 1

  name               = local.deployment.topic
  description        = "Sentinel: changes of requests, break-glass events, sessions and lockouts"
  kms_key_identifier = var.event_bus.kms_key_arn
  tags               = var.tags
}

locals {
  event_bus_policies = var.event_bus == null ? {} : {
    event-bus = templatefile("${local.policies}/event-bus.json.tftpl", local.deployment)
  }
}
