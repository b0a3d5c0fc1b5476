"""Sessions: reading them, and revoking one."""
