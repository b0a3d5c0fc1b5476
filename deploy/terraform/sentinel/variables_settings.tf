# The functions' own settings (docs/settings.md); null keeps the function's default. The functions check their settings
# again, and more strictly, when they start; the checks here report the same errors at plan time.

variable "deadline" {
  description = "Deadline of every request in seconds; null: 8."
  type        = number
  default     = null

  validation {
    condition     = var.deadline == null || try(var.deadline > 0 && var.deadline <= 25, false)
    error_message = "deadline: over 0, up to 25 seconds. API Gateway times out after 29."
  }
}

variable "call_timeout" {
  description = "Timeout of one attempt of an AWS call in seconds; null: 1.5."
  type        = number
  default     = null

  validation {
    condition     = var.call_timeout == null || try(var.call_timeout > 0 && var.call_timeout <= 10, false)
    error_message = "call_timeout: over 0, up to 10 seconds."
  }
}

variable "hedge_ratio" {
  description = "Fraction of AWS calls that may be hedged (sent twice when the first is slow); null: 0.1."
  type        = number
  default     = null

  validation {
    condition     = var.hedge_ratio == null || try(var.hedge_ratio >= 0 && var.hedge_ratio <= 0.2, false)
    error_message = "hedge_ratio: 0 to 0.2."
  }
}

variable "endpoints" {
  description = "AWS endpoints to call instead of the regional ones, by service (dynamodb, events, iam, sns, ssm, sts): for example FIPS endpoints, or a VPC endpoint without private DNS. Authorizers use only dynamodb."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for service, url in var.endpoints : contains(["dynamodb", "events", "iam", "sns", "ssm", "sts"], service) && can(regex("^https://[A-Za-z0-9.-]+$", url))])
    error_message = "endpoints: https://<host> by dynamodb, events, iam, sns, ssm or sts."
  }
}

variable "parameter_prefix" {
  description = "Path in Parameter Store below which the documents are stored."
  type        = string
  default     = "/sentinel"
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+)+$", var.parameter_prefix))
    error_message = "parameter_prefix: begins with a slash and ends without one, such as /sentinel."
  }

  validation {
    condition     = !can(regex("^/(aws|ssm)", lower(var.parameter_prefix))) && length(regexall("/", var.parameter_prefix)) <= 13
    error_message = "parameter_prefix: Parameter Store reserves names that begin with aws or ssm, and allows 15 levels, of which documents need 2."
  }
}

variable "trusted_accounts" {
  description = "Accounts whose callers are accepted; empty: this account. Callers of other accounts need the REST API."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.trusted_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "trusted_accounts: account ids of 12 digits, as strings."
  }
}

variable "sso_roles" {
  description = "Exact names of the Identity Center roles whose session name is trusted, each as account:name; with one trusted account the name is enough. Empty: every AWSReservedSSO_ role of every trusted account."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for role in var.sso_roles : can(regex("^([0-9]{12}:)?AWSReservedSSO_[A-Za-z0-9_+=.@-]+_[0-9a-f]{16}$", role))])
    error_message = "sso_roles: AWSReservedSSO_<permission set>_<16 hex digits>, or <account>:<that name>."
  }

  validation {
    condition     = alltrue([for role in var.sso_roles : length(regexall(":", role)) == 0 ? length(distinct(var.trusted_accounts)) <= 1 : length(var.trusted_accounts) == 0 || contains(var.trusted_accounts, split(":", role)[0])])
    error_message = "sso_roles: with several trusted_accounts, write each as <account>:<name>, of an account among them."
  }
}

variable "named_session_roles" {
  description = "Globs on names of roles whose trust policy fixes the session name to the person's, each as account:glob; with one trusted account the glob is enough."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for role in var.named_session_roles : can(regex("^([0-9]{12}:)?[A-Za-z0-9_+=.@*?-]{1,64}$", role))])
    error_message = "named_session_roles: globs on role names, or <account>:<glob>."
  }

  validation {
    condition     = alltrue([for role in var.named_session_roles : length(regexall(":", role)) == 0 ? length(distinct(var.trusted_accounts)) <= 1 : length(var.trusted_accounts) == 0 || contains(var.trusted_accounts, split(":", role)[0])])
    error_message = "named_session_roles: with several trusted_accounts, write each as <account>:<glob>, of an account among them."
  }
}

variable "shared_name_accounts" {
  description = "Trusted accounts, other than this one, that share names with it, so that their alice is the user alice; * for every trusted one. Any other account is part of the name: 210987654321/alice."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.shared_name_accounts == tolist(["*"]) || alltrue([for account in var.shared_name_accounts : contains(var.trusted_accounts, account)])
    error_message = "shared_name_accounts: accounts that trusted_accounts lists, or * alone."
  }
}

variable "document_keys" {
  description = "Public keys that documents have to be signed by, in base64 as aws kms get-public-key and the attribute public_key of aws_kms_public_key give them; empty: documents need no signature. docs/policy.md#signed-documents."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.document_keys) <= 3 && alltrue([for key in var.document_keys : can(regex("^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==$", key))])
    error_message = "document_keys: at most 3 public keys of the spec ECC_NIST_P256, in base64."
  }
}

variable "document_ttl" {
  description = "Seconds for which a document is cached; null: 5."
  type        = number
  default     = null

  validation {
    condition     = var.document_ttl == null || try(var.document_ttl >= 0 && var.document_ttl <= 300, false)
    error_message = "document_ttl: 0 to 300 seconds."
  }
}

variable "document_max_stale" {
  description = "Seconds for which the last good version of a document is used while reads fail; null: 300."
  type        = number
  default     = null

  validation {
    condition     = var.document_max_stale == null || try(var.document_max_stale >= coalesce(var.document_ttl, 5) && var.document_max_stale <= 3600, false)
    error_message = "document_max_stale: at least document_ttl, up to 3600 seconds."
  }
}

variable "vend_budget" {
  description = "Credential requests of one user per minute; null: 60."
  type        = number
  default     = null

  validation {
    condition     = var.vend_budget == null || try(var.vend_budget >= 1 && var.vend_budget <= 10000 && floor(var.vend_budget) == var.vend_budget, false)
    error_message = "vend_budget: a whole number, 1 to 10000."
  }
}

variable "admin_budget" {
  description = "Changing calls (requests, votes, break-glass events) of one user per minute; null: 60."
  type        = number
  default     = null

  validation {
    condition     = var.admin_budget == null || try(var.admin_budget >= 1 && var.admin_budget <= 10000 && floor(var.admin_budget) == var.admin_budget, false)
    error_message = "admin_budget: a whole number, 1 to 10000."
  }
}

variable "read_budget" {
  description = "Reading calls (lists, explanations, catalogues) of one user per minute; null: 600."
  type        = number
  default     = null

  validation {
    condition     = var.read_budget == null || try(var.read_budget >= 1 && var.read_budget <= 10000 && floor(var.read_budget) == var.read_budget, false)
    error_message = "read_budget: a whole number, 1 to 10000."
  }
}

variable "console_url" {
  description = "URL of the console that notifications link to, such as https://sentinel.example.com/console on a custom domain, or http://127.0.0.1:9912 if people run sentinel ui --port 9912; null: the hosted console's own, and no links without one."
  type        = string
  default     = null

  validation {
    condition     = var.console_url == null || can(regex("^(https://[A-Za-z0-9.-]{1,253}|http://(localhost|127\\.0\\.0\\.1|\\[::1\\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~-]{1,64}){0,4}/?$", var.console_url))
    error_message = "console_url: https://<host>/<path> without user name, query and fragment; http for loopback only."
  }
}
