# The zips of a release: fetched and checked against the checksums, or nothing is applied.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  release_url = "file://${abspath("../mocks/release")}"
}

run "exactly_one_is_missing" {
  command = plan

  expect_failures = [var.release]
}

run "exactly_one_is_too_many" {
  command = plan

  variables {
    packages          = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
    release           = "0.0.0"
    release_checksums = file("../mocks/release/v0.0.0/SHA256SUMS")
  }

  expect_failures = [var.release]
}

run "a_release_without_checksums" {
  command = plan

  variables {
    release = "0.0.0"
  }

  expect_failures = [var.release]
}

run "no_path_is_a_release" {
  command = plan

  variables {
    release           = "../mocks/0.0.0"
    release_checksums = file("../mocks/release/v0.0.0/SHA256SUMS")
  }

  expect_failures = [var.release]
}

run "checksums_of_another_architecture" {
  command = plan

  variables {
    architecture      = "x86_64"
    release           = "0.0.0"
    release_checksums = file("../mocks/release/v0.0.0/SHA256SUMS")
  }

  expect_failures = [var.release_checksums]
}

run "another_kind_of_url" {
  command = plan

  variables {
    release           = "0.0.0"
    release_checksums = file("../mocks/release/v0.0.0/SHA256SUMS")
    release_url       = "s3://bucket"
  }

  expect_failures = [var.release_url]
}

run "the_zips_are_fetched" {
  variables {
    release           = "0.0.0"
    release_checksums = file("../mocks/release/v0.0.0/SHA256SUMS")
  }

  assert {
    condition = {
      for service, package in local.packages : service => package.sha256
      } == {
      for service in ["vend", "authorizer", "admin"] : service => filebase64sha256("../mocks/release/v0.0.0/sentinel-${service}-arm64.zip")
    }
    error_message = "Lambda is given other hashes than the files have."
  }

  assert {
    condition     = alltrue([for service, package in local.packages : file(package.path) == file("../mocks/release/v0.0.0/sentinel-${service}-arm64.zip")])
    error_message = "The fetched files are not those of the release."
  }
}
