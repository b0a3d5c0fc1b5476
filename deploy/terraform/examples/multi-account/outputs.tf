output "url" {
  description = "Base URL for the callers' SENTINEL_REMOTE_SERVER."
  value       = module.sentinel.http_api_url
}

output "caller_policy" {
  description = "IAM policy for callers in Sentinel's own account."
  value       = module.sentinel.caller_policies["http"]
}

output "cross_account_caller_policy" {
  description = "IAM policy for callers in other trusted accounts, who use the REST API."
  value       = module.sentinel.caller_policies["rest"]
}

output "cross_account_url" {
  description = "Base URL for callers in the other trusted accounts."
  value       = module.sentinel.rest_api_url
}
