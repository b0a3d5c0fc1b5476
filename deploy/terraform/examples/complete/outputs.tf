output "url" {
  description = "What callers set SENTINEL_REMOTE_SERVER to."
  value       = module.sentinel.http_api_url
}

output "caller_policy" {
  description = "Attach this to whoever may call Sentinel."
  value       = module.sentinel.caller_policies["http"]
}

output "ledger_url" {
  description = "URL of the guarded API."
  value       = "${aws_apigatewayv2_api.ledger.api_endpoint}/ledger"
}

output "ledger_api_id" {
  description = "Id of the guarded API, which a proof is made for."
  value       = aws_apigatewayv2_api.ledger.id
}

output "sentinel" {
  description = "Everything the service tells of itself."
  value       = module.sentinel
}
