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
    condition     = alltrue([for each in values(var.issuers) : can(regex("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", coalesce(each.max_token_age, "1h")))])
    error_message = "issuers: max_token_age is a duration such as 15m."
  }

  validation {
    condition     = alltrue(flatten([for each in values(var.issuers) : [for claim in [each.user_claim, each.groups_claim] : claim != ""]]))
    error_message = "issuers: user_claim and groups_claim name a claim, or are left out."
  }
}
