variable "issuers" {
  description = "Token issuers (OIDC) by name: callers without AWS credentials call below `/as/<name>`. API Gateway verifies RSA-signed tokens of `issuer` for one of `audiences`; the same values are the document `issuers/<name>`. `required_claims`: claim => globs that every token must match. docs/pipelines.md."
  type = map(object({
    issuer          = string
    audiences       = list(string)
    kind            = string
    user_claim      = optional(string)
    namespace       = optional(string)
    required_claims = optional(map(list(string)), {})
    groups_claim    = optional(string)
    max_token_age   = optional(string)
    signature       = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(var.issuers) <= 10
    error_message = "issuers: an HTTP API has at most 10 authorizers."
  }

  validation {
    condition     = length(var.issuers) == 0 || var.http_api
    error_message = "issuers: only an HTTP API verifies tokens. Leave http_api = true."
  }

  validation {
    condition     = alltrue([for name in keys(var.issuers) : can(regex("^[a-z][a-z0-9-]{0,31}$", name))])
    error_message = "issuers: names are 1 to 32 lower-case letters, digits and hyphens, a letter first. They are part of paths and user names."
  }

  validation {
    condition     = length(setintersection(keys(var.issuers), local.names.reserved_issuers)) == 0
    error_message = "issuers: a name is reserved, such as role, user or group: its users would look like something else. Choose another."
  }

  validation {
    condition     = alltrue([for each in values(var.issuers) : can(regex("^https://[A-Za-z0-9.:-]+(/[^\\s?#]*)?$", each.issuer))])
    error_message = "issuers: issuer is an https URL, as in the tokens' iss, without query and fragment."
  }

  validation {
    condition     = alltrue([for each in values(var.issuers) : length(each.audiences) > 0 && !contains(each.audiences, "")])
    error_message = "issuers: each needs audiences. A token for another audience is refused."
  }

  validation {
    condition     = alltrue([for each in values(var.issuers) : contains(["people", "workload"], each.kind)])
    error_message = "issuers: kind is people or workload."
  }

  validation {
    # Every token of an issuer has the claims of the list, or the authorizer checks them.
    condition = alltrue([for each in values(var.issuers) : each.kind != "workload" || anytrue([
      for claim, globs in each.required_claims :
      !contains(["iss", "aud", "exp", "iat", "nbf", "jti"], claim) && !anytrue([for glob in globs : can(regex("^[*/]+$", glob))])
    ])])
    error_message = "issuers: a workload issuer needs required_claims that narrow it, such as repository_owner_id. Anyone can get a token of a public issuer with your audience."
  }

  validation {
    condition     = alltrue(flatten([for each in values(var.issuers) : [for claim, globs in each.required_claims : claim != "" && length(globs) > 0 && !contains(globs, "")]]))
    error_message = "issuers: each of required_claims names a claim and one glob or more."
  }

  validation {
    condition     = alltrue([for each in values(var.issuers) : each.namespace == null || (each.namespace == "" && each.kind == "people")])
    error_message = "issuers: namespace is left out, or \"\" for people who go by the bare name."
  }

  validation {
    condition     = alltrue([for each in values(var.issuers) : each.signature == null || can(regex("^signed:[1-9][0-9]*:[1-9][0-9]{9}:[A-Za-z0-9+/]+=*$", each.signature))])
    error_message = "issuers: signature is the line that `sentinel policy sign` prints for the document, which is in the output issuer_documents."
  }

  validation {
    condition     = alltrue([for each in values(var.issuers) : can(regex("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", coalesce(each.max_token_age, "1h")))])
    error_message = "issuers: max_token_age is a duration such as 15m."
  }

  validation {
    condition     = alltrue(flatten([for each in values(var.issuers) : [for claim in [each.user_claim, each.groups_claim] : claim != ""]]))
    error_message = "issuers: user_claim and groups_claim name a claim, or are left out."
  }
}

variable "console" {
  description = "Serve the console under `/console/` of the HTTP API; null: it is not served. `issuer`: name of one of `issuers`, of kind people, at which its users sign in. `client_id`: the page's public OAuth client there, one of the issuer's audiences. `origins`: those of endpoints that the provider has elsewhere than its issuer URL. docs/console.md."
  type = object({
    issuer    = string
    client_id = string
    scopes    = optional(string, "openid email profile")
    origins   = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.console == null || try(var.issuers[var.console.issuer].kind, "") == "people"
    error_message = "console: issuer is the name of one of issuers, of kind people."
  }

  validation {
    condition     = var.console == null || try(contains(var.issuers[var.console.issuer].audiences, var.console.client_id), true)
    error_message = "console: client_id has to be one of the issuer's audiences, or the API refuses the page's tokens."
  }

  validation {
    # The origin becomes part of the policy that browsers hold the page to.
    condition     = var.console == null || can(regex("^https://[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?(/.*)?$", try(var.issuers[var.console.issuer].issuer, "https://a")))
    error_message = "console: the issuer's URL begins with https, a host name and, where there is one, a port."
  }

  validation {
    condition     = var.console == null || contains(split(" ", try(var.console.scopes, "")), "openid")
    error_message = "console: scopes are separated by spaces, and openid is one of them."
  }

  validation {
    condition     = length(try(var.console.origins, [])) <= 5 && alltrue([for each in try(var.console.origins, []) : can(regex("^https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$", each))])
    error_message = "console: origins are up to five of https://host or https://host:port, in lower case, without a path."
  }
}
