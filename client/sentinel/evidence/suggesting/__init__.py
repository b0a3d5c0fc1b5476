"""Suggestions of a narrower policy: one that would still have allowed, in the same way, all that was used."""
