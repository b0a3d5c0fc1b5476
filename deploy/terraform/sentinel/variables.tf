variable "name" {
  description = "What every resource's name begins with. Two deployments in one account need two names."
  type        = string
  default     = "sentinel"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "name: 2 to 31 lower-case letters, digits and hyphens, a letter first. Role names are built from it."
  }
}

variable "packages" {
  description = "Paths of the three zips that `make package` writes, all of one architecture."
  type = object({
    vend       = string
    authorizer = string
    admin      = string
  })
  nullable = false

  validation {
    condition     = alltrue([for path in values(var.packages) : fileexists(path)])
    error_message = "packages: no file at ${join(", ", [for path in values(var.packages) : path if !fileexists(path)])}. Run `make package`, and give the paths of the zips in dist/."
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
  description = "Memory of each function in MB. CPU comes in proportion: less makes cold starts slower, not cheaper."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_mb >= 256 && var.memory_mb <= 10240
    error_message = "memory_mb: 256 to 10240."
  }
}

variable "snap_start" {
  description = "Start functions from a snapshot. Not together with provisioned concurrency."
  type        = bool
  default     = false
  nullable    = false
}

variable "provisioned_concurrency" {
  description = "Environments kept initialised for each function; 0: none. Not together with SnapStart."
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
    error_message = "provisioned_concurrency: Lambda takes either SnapStart or provisioned concurrency. Set snap_start = false, or every count to 0."
  }
}

variable "reserved_concurrency" {
  description = "The most invocations of each function at once, kept free for it; -1: whatever the account has."
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
  description = "Trust, for calls to AWS, the five Amazon root authorities in the zip instead of the system's 140, which cost every cold start; webhooks keep the system's. null: in the partitions aws, aws-us-gov and aws-eusc, whose endpoints chain to these; not in aws-cn and the isolated ones. Set false where a proxy re-encrypts what goes to AWS."
  type        = bool
  default     = null
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the execution roles, where your organization asks for one; null: none."
  type        = string
  default     = null
}

variable "protected_path" {
  description = "IAM path of the protected roles, in every account: the vend function may assume roles below it, and no others."
  type        = string
  default     = "/sentinel/protected/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9._-]+/)+$", var.protected_path))
    error_message = "protected_path: begins and ends with a slash and has something between, such as /sentinel/protected/. With / alone the function could assume every role."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the tables and the topic; null: keys of DynamoDB and SNS. The execution roles may use it through these two only."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn: the ARN of a key (not of an alias), arn:aws:kms:<region>:<account>:key/<id>."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete the tables. They hold who had what, and when."
  type        = bool
  default     = true
  nullable    = false
}

variable "documents" {
  description = "Documents to begin with, by name: `policies/access`, `profiles/dev` and so on. Never overwritten later."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for name in keys(var.documents) :
      can(regex("^(policies/(access|approval|break-glass|admin)|profiles/[A-Za-z0-9._-]{1,64})$", name))
    ])
    error_message = "documents: names are policies/access, policies/approval, policies/break-glass, policies/admin and profiles/<name>. Webhooks hold secrets: push them with `sentinel policy push`."
  }

  validation {
    # Bytes, which length() does not count.
    condition     = alltrue([for text in values(var.documents) : floor(length(replace(base64encode(text), "=", "")) * 3 / 4) <= 8192])
    error_message = "documents: over 8 KB, the most Parameter Store holds. `sentinel policy push` compresses larger ones."
  }

  validation {
    condition     = alltrue([for text in values(var.documents) : text != "" && !strcontains(text, "{{")])
    error_message = "documents: one is empty, or holds {{, which Parameter Store keeps for itself: put a space between."
  }
}

variable "lasting_keys" {
  description = "Let vended sessions make IAM users, access keys, passwords and identity providers, which no revocation reaches; null: they may not."
  type        = bool
  default     = null
}

variable "kill_switch" {
  description = "Create the policy SentinelRevocations, the boundary of this account's protected roles. With a `name` of one's own it is SentinelRevocations-<name>, so that two deployments of an account have one each."
  type        = bool
  default     = true
  nullable    = false
}

variable "kill_switch_policy_arns" {
  description = "ARNs of this deployment's policy SentinelRevocations in other accounts, as the module kill-switch-account gives them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for arn in var.kill_switch_policy_arns :
      can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/SentinelRevocations${var.name == "sentinel" ? "" : "-${var.name}"}$", arn))
    ])
    error_message = "kill_switch_policy_arns: arn:aws:iam::<account>:policy/SentinelRevocations, and -<name> behind it where name is not sentinel. The admin function may write no other policy."
  }

  # What the functions' own check (modules/function) cannot say at the first plan, when ids of APIs are not known yet.
  validation {
    condition     = 13 * (length(var.kill_switch_policy_arns) + length(var.trusted_accounts)) + length(join(",", concat(var.sso_roles, var.named_session_roles))) <= 2900
    error_message = "kill_switch_policy_arns: with trusted_accounts, sso_roles and named_session_roles they do not fit Lambda's 4 KB of environment, of which these may take 2900 bytes: 13 an account. Name fewer, or divide the deployment by account (docs/capacity.md)."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
