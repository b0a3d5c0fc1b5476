variable "name" {
  description = "Name of the authorizer."
  type        = string
  default     = "sentinel"
  nullable    = false
}

variable "api" {
  description = "The API to guard: its id, its execution ARN, and `HTTP` or `REST`."
  type = object({
    id            = string
    execution_arn = string
    type          = optional(string, "HTTP")
  })
  nullable = false

  validation {
    condition     = contains(["HTTP", "REST"], var.api.type)
    error_message = "api.type: HTTP or REST."
  }
}

variable "authorizer" {
  description = "One of the module sentinel's output `authorizers`, whose api_ids contain this API's id."
  type = object({
    function_name = string
    alias         = string
    invoke_arn    = string
  })
  nullable = false
}
