"""Measurements: commands that print tables, never tests."""
