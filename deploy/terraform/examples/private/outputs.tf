output "url" {
  description = "What callers set SENTINEL_REMOTE_SERVER to."
  value       = module.sentinel.rest_api_url
}

output "caller_policy" {
  description = "Attach this to whoever may call Sentinel."
  value       = module.sentinel.caller_policies["rest"]
}
