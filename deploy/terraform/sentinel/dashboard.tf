# The dashboard: requests, outcomes, durations and failures, on one page.

locals {
  dashboard_functions = concat(
    [module.vend.name, module.admin.name],
    [for authorizer in module.authorizer : authorizer.name],
  )
  dashboard_services = ["vend", "admin", "authorizer"]

  widgets = [
    {
      title   = "Requests by service"
      metrics = [for service in local.dashboard_services : [local.metrics_namespace, "requests", "deployment", var.name, "service", service]]
      stat    = "Sum"
    },
    {
      title = "How vends end"
      metrics = [[{
        expression = "SEARCH('{${local.metrics_namespace},deployment,service,outcome,code} MetricName=\"requests\" deployment=\"${var.name}\" service=\"vend\"', 'Sum', 60)"
      }]]
      stat = "Sum"
    },
    {
      title   = "Duration of invocations, p99"
      metrics = [for name in local.dashboard_functions : ["AWS/Lambda", "Duration", "FunctionName", name]]
      stat    = "p99"
    },
    {
      title = "Steps of a vend, p99"
      metrics = [
        for step in ["read", "write"] : [local.metrics_namespace, "${step}_ms", "deployment", var.name, "service", "vend"]
      ]
      stat = "p99"
    },
    {
      title   = "Errors and throttles"
      metrics = [for pair in setproduct(local.dashboard_functions, ["Errors", "Throttles"]) : ["AWS/Lambda", pair[1], "FunctionName", pair[0]]]
      stat    = "Sum"
    },
    {
      title = "Trouble"
      metrics = concat(
        [for alarm in local.service_alarms : [local.metrics_namespace, alarm.metric, "deployment", var.name, "service", alarm.service]],
        [
          for pair in setproduct(values(local.table_names), ["ReadThrottleEvents", "WriteThrottleEvents"]) :
          ["AWS/DynamoDB", pair[1], "TableName", pair[0]]
        ],
      )
      stat = "Sum"
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, widget in local.widgets : {
      type   = "metric"
      x      = (index % 2) * 12
      y      = floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = widget.title
        metrics = widget.metrics
        stat    = widget.stat
        period  = 60
        region  = local.deployment.region
        view    = "timeSeries"
      }
    }]
  })
}
