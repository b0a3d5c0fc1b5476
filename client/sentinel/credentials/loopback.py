"""Names our processes know each other by. No imports: every command reads them."""

from typing import Final

# The loopback endpoint's one path; a container URI with it is ours, and never a source of base credentials.
ENDPOINT_PATH: Final = "/sentinel/credentials"
# Set in a child of `sentinel exec` and in a shell that took `sentinel serve`'s exports: the profile it runs as.
INSIDE_EXEC: Final = "SENTINEL_EXEC"
# Set while sentinel resolves base credentials: the pid that does.
RESOLVING: Final = "SENTINEL_RESOLVING"
