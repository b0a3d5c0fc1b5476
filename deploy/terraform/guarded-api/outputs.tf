output "authorizer_id" {
  description = "Authorizer id for every route (HTTP) or method (REST), with authorization type CUSTOM. A route without it is open."
  value       = local.authorizer_id
}
