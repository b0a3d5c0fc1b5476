variable "slack" {
  description = "Requests and break-glass events in Slack: adds the route POST /slack, open to anyone, whose requests the function verifies by Slack's signature. The workspace is the document chat/slack. docs/slack.md."
  type        = bool
  default     = false

  validation {
    condition     = !var.slack || var.http_api
    error_message = "slack: its route is one of the HTTP API; leave http_api on."
  }
}
