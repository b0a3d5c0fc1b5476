"""The callers: what locust's users know, sign and note. Imported only by locust's own process."""
