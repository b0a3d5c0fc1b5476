"""Checking that audit lines are complete and unaltered: against each other, and against the rows of sessions."""
