variable "http_api" {
  description = "Serve an HTTP API: IAM callers of this account, from any network."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.http_api || var.rest_api != null
    error_message = "http_api: there is no API to call. Leave it true, or set rest_api."
  }
}

variable "rest_api" {
  description = "Serve a REST API too: `PRIVATE`, only through the VPC endpoints, or `REGIONAL`, only from the addresses (CIDR). Admits callers of other trusted accounts too. `access_logs` requires API Gateway's CloudWatch role in this account and region: without it, AWS refuses the stage."
  type = object({
    type             = string
    stage            = optional(string, "live")
    vpc_endpoint_ids = optional(list(string), [])
    source_ips       = optional(list(string), [])
    access_logs      = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.rest_api == null || contains(["PRIVATE", "REGIONAL"], try(var.rest_api.type, ""))
    error_message = "rest_api.type: PRIVATE or REGIONAL."
  }

  validation {
    condition     = try(var.rest_api.type, "") != "PRIVATE" || length(try(var.rest_api.vpc_endpoint_ids, [])) > 0
    error_message = "rest_api.vpc_endpoint_ids: a private API needs at least one VPC endpoint of execute-api, vpce-..."
  }

  validation {
    condition     = try(var.rest_api.type, "") != "REGIONAL" || length(try(var.rest_api.source_ips, [])) > 0
    error_message = "rest_api.source_ips: a regional API needs the addresses it may be called from. For any address, use the HTTP API."
  }

  validation {
    condition     = try(var.rest_api.type, "") != "REGIONAL" || length(try(var.rest_api.vpc_endpoint_ids, [])) == 0
    error_message = "rest_api.vpc_endpoint_ids: only a private API is reached through VPC endpoints. Set type = \"PRIVATE\", or leave them out."
  }

  validation {
    condition     = alltrue([for range in try(var.rest_api.source_ips, []) : can(cidrhost(range, 0))])
    error_message = "rest_api.source_ips: CIDR ranges, such as 198.51.100.0/24."
  }
}

variable "throttle" {
  description = "Throttling limits of each route of an API, all callers together: requests per second and burst."
  type = object({
    rate  = optional(number, 100)
    burst = optional(number, 200)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst > 0
    error_message = "throttle: rate and burst must be over 0; 0 would stop the API."
  }
}

variable "incident_throttle" {
  description = "Throttling limits of each incident route (sessions, revocations, lockouts, kill switch), separate from all other traffic."
  type = object({
    rate  = optional(number, 50)
    burst = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.incident_throttle.rate > 0 && var.incident_throttle.burst > 0
    error_message = "incident_throttle: rate and burst must be over 0; 0 would lock responders out."
  }
}

variable "authorizers" {
  description = "Authorizers for your own APIs, one for each set of APIs that accept the same sessions; `deploy/terraform/guarded-api` attaches one. `accepted_profiles` are globs."
  type = map(object({
    api_ids           = list(string)
    accepted_profiles = list(string)
    max_session_age   = optional(string)
    proof_binding     = optional(string)
    sts_regions       = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in keys(var.authorizers) : can(regex("^[a-z0-9-]{1,20}$", key))])
    error_message = "authorizers: keys are 1 to 20 lower-case letters, digits and hyphens. Role names are built from them."
  }

  validation {
    condition     = alltrue([for each in values(var.authorizers) : length(each.api_ids) > 0 && length(each.accepted_profiles) > 0])
    error_message = "authorizers: each needs api_ids and accepted_profiles. Without them an authorizer denies every request."
  }

  validation {
    condition     = alltrue([for each in values(var.authorizers) : contains(["api", "request"], coalesce(each.proof_binding, "api"))])
    error_message = "authorizers: proof_binding is api or request."
  }

  validation {
    condition     = alltrue([for each in values(var.authorizers) : can(regex("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", coalesce(each.max_session_age, "1h")))])
    error_message = "authorizers: max_session_age is a duration such as 15m, up to 1h."
  }
}
