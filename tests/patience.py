"""How long a test waits for what has to come."""

from typing import Final

# Nothing takes so long, even where a machine has four times as much to do as it can: who waits so long waits in vain.
LIMIT_S: Final = 600.0
