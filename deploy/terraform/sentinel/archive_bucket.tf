# The archive's bucket: versions are locked, encrypted, private, and reached by TLS only.

resource "aws_s3_bucket" "audit" {
  count = length(local.archives)

  bucket              = "${local.archive_name}-${local.deployment.account}-${local.deployment.region}"
  object_lock_enabled = true
  tags                = var.tags
}

resource "aws_s3_bucket_versioning" "audit" {
  count = length(local.archives)

  bucket = aws_s3_bucket.audit[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  count = length(local.archives)

  bucket = aws_s3_bucket.audit[0].id

  rule {
    default_retention {
      mode = var.audit_archive.mode
      days = var.audit_archive.retention_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.audit]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "audit" {
  count = length(local.archives)

  bucket = aws_s3_bucket.audit[0].id

  rule {
    bucket_key_enabled = var.audit_archive.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.audit_archive.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.audit_archive.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "audit" {
  count = length(local.archives)

  bucket                  = aws_s3_bucket.audit[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "audit" {
  count = length(local.archives)

  bucket = aws_s3_bucket.audit[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "audit" {
  count = length(local.archives)

  bucket = aws_s3_bucket.audit[0].id
  policy = templatefile("${local.policies}/audit-bucket.json.tftpl", local.deployment)

  depends_on = [aws_s3_bucket_public_access_block.audit]
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  count = length(local.archives)

  bucket = aws_s3_bucket.audit[0].id

  rule {
    id     = "age"
    status = "Enabled"

    filter {}

    # Athena reads this class at once; the other Glacier classes need a restore first.
    dynamic "transition" {
      for_each = var.audit_archive.glacier_after_days == null ? [] : [var.audit_archive.glacier_after_days]

      content {
        days          = transition.value
        storage_class = "GLACIER_IR"
      }
    }

    dynamic "expiration" {
      for_each = var.audit_archive.expire_after_days == null ? [] : [var.audit_archive.expire_after_days]

      content {
        days = expiration.value
      }
    }

    # An expired version becomes noncurrent first. S3 deletes none that is locked.
    dynamic "noncurrent_version_expiration" {
      for_each = var.audit_archive.expire_after_days == null ? [] : [1]

      content {
        noncurrent_days = noncurrent_version_expiration.value
      }
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.audit]
}
