variable "name" {
  description = "Prefix of every resource's name. Two deployments in one account need two names."
  type        = string
  default     = "sentinel"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name: 2 to 31 lower-case letters, digits and hyphens, a letter first. Role names are built from it."
  }
}

variable "release" {
  description = "Release whose zips are fetched while applying, such as 0.1.0, and checked against the hashes that this module has for it; null: `packages`. Needs sh and curl or wget."
  type        = string
  default     = null

  validation {
    condition     = (var.packages == null) != (var.release == null)
    error_message = "release: give either packages, the zips of `make package`, or release, such as 0.1.0: exactly one of the two."
  }

  validation {
    condition     = var.release == null || can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.release))
    error_message = "release: three numbers, such as 0.1.0, without a v."
  }

  validation {
    condition     = var.release == null || var.release_checksums != null || fileexists("${path.module}/../releases/${coalesce(var.release, "-")}.sha256")
    error_message = "release: this module has no checksums of ${coalesce(var.release, "-")}. Take the module of that release (?ref=v<release>), or pass the release's SHA256SUMS as release_checksums."
  }
}

variable "release_url" {
  description = "URL below which v<release>/<file> is a file of the release: yours, if you keep a copy."
  type        = string
  default     = "https://github.com/sentinel-vending/sentinel/releases/download"
  nullable    = false

  validation {
    condition     = can(regex("^(https?|file)://[^ ]+[^/ ]$", var.release_url))
    error_message = "release_url: https://, http:// or file://, without a slash at the end."
  }
}

variable "release_checksums" {
  description = "Content of the release's SHA256SUMS, if not that which this module has."
  type        = string
  default     = null

  validation {
    condition = var.release_checksums == null || alltrue([
      for service in ["vend", "authorizer", "admin"] :
      can(regex("(?m)^[0-9a-f]{64}  sentinel-${service}-${var.architecture}\\.zip$", coalesce(var.release_checksums, "-")))
    ])
    error_message = "release_checksums: not the content of a release's SHA256SUMS, with a line for each zip of this architecture."
  }
}

variable "packages" {
  description = "Paths of the three zips that `make package` writes, all of one architecture; null: `release`."
  type = object({
    vend       = string
    authorizer = string
    admin      = string
  })
  default = null

  validation {
    condition     = var.packages == null ? true : alltrue([for path in values(var.packages) : fileexists(path)])
    error_message = "packages: no file at ${join(", ", [for path in try(values(var.packages), []) : path if !fileexists(path)])}. Run `make package`, and pass the paths of the zips in dist/."
  }
}

variable "runtime" {
  description = "Lambda runtime; the zips hold wheels of this Python."
  type        = string
  default     = "python3.13"
  nullable    = false

  validation {
    condition     = can(regex("^python3\\.1[2-9]$", var.runtime))
    error_message = "runtime: python3.12 or newer."
  }
}

variable "architecture" {
  description = "Instruction set of the zips: `arm64` or `x86_64`."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture: arm64 or x86_64, as the zips were built."
  }
}

variable "memory_mb" {
  description = "Memory of each function in MB. CPU is proportional to it: with less, cold starts are slower, not cheaper."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_mb >= 256 && var.memory_mb <= 10240
    error_message = "memory_mb: 256 to 10240."
  }
}

variable "snap_start" {
  description = "Use SnapStart: functions start from a snapshot. Not together with provisioned concurrency."
  type        = bool
  default     = false
  nullable    = false
}

variable "provisioned_concurrency" {
  description = "Provisioned concurrency of each function; 0: none. Not together with SnapStart."
  type = object({
    vend       = optional(number, 0)
    authorizer = optional(number, 0)
    admin      = optional(number, 0)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for count in values(var.provisioned_concurrency) : count >= 0 && floor(count) == count])
    error_message = "provisioned_concurrency: whole numbers, 0 for none."
  }

  validation {
    condition     = !(var.snap_start && anytrue([for count in values(var.provisioned_concurrency) : count > 0]))
    error_message = "provisioned_concurrency: Lambda allows either SnapStart or provisioned concurrency. Set snap_start = false, or every count to 0."
  }
}

variable "reserved_concurrency" {
  description = "Reserved concurrency of each function; -1: none, limited by the account."
  type = object({
    vend       = optional(number, -1)
    authorizer = optional(number, -1)
    admin      = optional(number, -1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for count in values(var.reserved_concurrency) : count >= -1 && floor(count) == count])
    error_message = "reserved_concurrency: whole numbers, -1 for no limit. 0 stops a function."
  }
}

variable "tracing" {
  description = "Trace sampled requests with X-Ray."
  type        = bool
  default     = true
  nullable    = false
}

variable "trust_amazon_roots_only" {
  description = "For calls to AWS, trust only the five Amazon root authorities in the zip instead of the system's 140, which slow every cold start; webhooks and ticket look-ups use the system's. null: true in the partitions aws, aws-us-gov and aws-eusc, whose endpoints chain to these; false in aws-cn and the isolated ones. Set false if a proxy re-encrypts traffic to AWS."
  type        = bool
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the execution roles, if your organization requires one; null: none."
  type        = string
  default     = null
}

variable "protected_path" {
  description = "IAM path of the protected roles in every account. The vend function may assume only roles below it."
  type        = string
  default     = "/sentinel/protected/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)+$", var.protected_path))
    error_message = "protected_path: begins and ends with a slash with a name between, such as /sentinel/protected/. With / alone the function could assume every role."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the tables and the topic; null: DynamoDB's and SNS's own keys. The execution roles may use it through these two services only."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn: the ARN of a key (not of an alias), arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "deletion_protection" {
  description = "Protect the tables, which record who got which credentials and when, from deletion."
  type        = bool
  default     = true
  nullable    = false
}

variable "documents" {
  description = "First documents by name: `policies/access`, `profiles/dev` and so on. Not overwritten later."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for name in keys(var.documents) :
      can(regex("^(policies/(access|approval|break-glass|admin)|(profiles|groups)/[A-Za-z0-9._-]{1,64})$", name))
    ])
    error_message = "documents: names are policies/access, policies/approval, policies/break-glass, policies/admin, profiles/<name> and groups/<name>. Webhooks and ticket look-ups hold secrets: store them as SecureStrings."
  }

  validation {
    # Bytes, which length() does not count.
    condition     = alltrue([for text in values(var.documents) : floor(length(replace(base64encode(text), "=", "")) * 3 / 4) <= 8192])
    error_message = "documents: over 8 KB, the most Parameter Store holds. `sentinel policy push` compresses larger ones."
  }

  validation {
    condition     = alltrue([for text in values(var.documents) : text != "" && !strcontains(text, "{{")])
    error_message = "documents: one is empty, or contains {{, which Parameter Store reserves: put a space between the braces."
  }
}

variable "lasting_keys" {
  description = "true: vended sessions may create IAM users, access keys, passwords and identity providers, which no revocation reaches; null: they may not."
  type        = bool
  default     = null
}

variable "kill_switch" {
  description = "Create the policy SentinelRevocations, the boundary of this account's protected roles. If `name` is not the default, the policy is SentinelRevocations-<name>, so each deployment in an account has its own."
  type        = bool
  default     = true
  nullable    = false
}

variable "kill_switch_policy_arns" {
  description = "ARNs of this deployment's policy SentinelRevocations in other accounts: outputs of the module kill-switch-account."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for arn in var.kill_switch_policy_arns :
      can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/SentinelRevocations${var.name == "sentinel" ? "" : "-${var.name}"}$", arn))
    ])
    error_message = "kill_switch_policy_arns: arn:aws:iam::<account>:policy/SentinelRevocations, with the suffix -<name> if name is not sentinel. The admin function may write no other policy."
  }

  # modules/function checks this too, but not at the first plan, when the ids of the APIs are unknown.
  validation {
    condition     = 13 * (length(var.kill_switch_policy_arns) + length(var.trusted_accounts) + length(var.shared_name_accounts)) + length(join(",", concat(var.sso_roles, var.named_session_roles))) <= 2900
    error_message = "kill_switch_policy_arns: with trusted_accounts, shared_name_accounts, sso_roles and named_session_roles they do not fit into Lambda's 4 KB of environment. Together they may have 2900 bytes, of which each account takes 13. Name fewer, or divide the deployment by account (docs/capacity.md)."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
