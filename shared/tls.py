"""The oldest protocol that a connection of ours speaks."""

import ssl
from typing import TypeVar

Context = TypeVar("Context", bound=ssl.SSLContext)


def modern(context: Context) -> Context:
    """Have a context speak TLS 1.2 at least: a distribution may build Python to leave that to the system's settings."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
