output "url" {
  description = "Base URL for the callers' SENTINEL_REMOTE_SERVER."
  value       = module.sentinel.http_api_url
}

output "caller_policy" {
  description = "IAM policy for callers of Sentinel."
  value       = module.sentinel.caller_policies["http"]
}

output "ledger_url" {
  description = "URL of the guarded API."
  value       = "${aws_apigatewayv2_api.ledger.api_endpoint}/ledger"
}

output "ledger_api_id" {
  description = "Id of the guarded API, which callers' proofs name."
  value       = aws_apigatewayv2_api.ledger.id
}

output "sentinel" {
  description = "All outputs of the module sentinel."
  value       = module.sentinel
}
