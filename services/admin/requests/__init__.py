"""Approval requests: filing, deciding on, and reading them."""
