# The zips: files that `make package` built, or those of a release, fetched when a function needs them.

locals {
  # By service, the hash that SHA256SUMS has for this architecture's zip.
  released = var.release == null ? {} : {
    for found in regexall("([0-9a-f]{64})  sentinel-(vend|authorizer|admin)-${var.architecture}\\.zip\n", local.checksums) : found[1] => found[0]
  }
  checksums = var.release_checksums != null ? var.release_checksums : var.release == null ? "" : file("${path.module}/../releases/${var.release}.sha256")

  # Lambda has a hash in Base64 and SHA256SUMS in hex; Terraform has no function for it. Three hex digits are two characters.
  base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  in_base64 = {
    for service, hex in local.released : service => join("", concat(
      [for at in range(0, 63, 3) : join("", [
        substr(local.base64, floor(parseint(substr(hex, at, 3), 16) / 64), 1),
        substr(local.base64, parseint(substr(hex, at, 3), 16) % 64, 1),
      ])],
      [substr(local.base64, 4 * parseint(substr(hex, 63, 1), 16), 1), "="],
    ))
  }

  packages = var.release == null ? {
    for service, path in var.packages : service => { path = path, sha256 = filebase64sha256(path) }
    } : {
    for service, zip in terraform_data.zip : service => { path = zip.output, sha256 = local.in_base64[service] }
  }
}

# While applying, so that the machine that applies has the files, which need not be the one that planned.
resource "terraform_data" "zip" {
  for_each = local.released

  input            = "${path.root}/.terraform/sentinel/${each.value}.zip"
  triggers_replace = [each.value, var.name]

  provisioner "local-exec" {
    interpreter = ["sh"]
    command     = "${path.module}/fetch.sh"
    environment = {
      URL    = "${var.release_url}/v${var.release}/sentinel-${each.key}-${var.architecture}.zip"
      SHA256 = each.value
      FILE   = self.input
    }
  }
}
