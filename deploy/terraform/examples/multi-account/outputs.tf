output "url" {
  description = "What callers set SENTINEL_REMOTE_SERVER to."
  value       = module.sentinel.http_api_url
}

output "caller_policy" {
  description = "Attach this to whoever may call Sentinel from its own account."
  value       = module.sentinel.caller_policies["http"]
}

output "cross_account_caller_policy" {
  description = "Attach this to whoever may call Sentinel from another trusted account. It is another API, with another id."
  value       = module.sentinel.caller_policies["rest"]
}

output "cross_account_url" {
  description = "The same for callers of the other trusted accounts."
  value       = module.sentinel.rest_api_url
}
