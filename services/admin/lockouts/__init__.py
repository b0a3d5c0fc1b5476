"""Lockouts: setting, lifting and listing them."""
