"""The callers: what locust's users know, sign and note. `caller` is imported only by locust's own process."""
