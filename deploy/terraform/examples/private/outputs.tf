output "url" {
  description = "Base URL for the callers' SENTINEL_REMOTE_SERVER."
  value       = module.sentinel.rest_api_url
}

output "caller_policy" {
  description = "IAM policy for callers of Sentinel."
  value       = module.sentinel.caller_policies["rest"]
}
