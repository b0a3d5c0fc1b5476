output "authorizer_id" {
  description = "Set it on every route (HTTP) or method (REST) with authorization type CUSTOM; a route without it is open."
  value       = local.authorizer_id
}
