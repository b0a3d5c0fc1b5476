"""Revocations of many sessions at once: of a user, of a profile, of everyone."""
