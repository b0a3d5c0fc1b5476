"""The access policy: its schema, its conditions, and the decision it gives."""
