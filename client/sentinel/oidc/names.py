"""What settings say of an issuer: its name at Sentinel, its URL, the scopes of a login."""

import re
from typing import Final
from urllib.parse import urlsplit

from sentinel.remote_server import is_loopback

# As the issuer's route has it.
ISSUER_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


def check_issuer_name(name: str) -> str:
    """Return an issuer's name as it is.

    Raises:
        ValueError: no issuer has such a name.

    """
    if not ISSUER_NAME.fullmatch(name):
        raise ValueError("an issuer is named with lower-case letters, digits and -")
    return name


def check_issuer_url(url: str) -> str:
    """Return an issuer's URL as it is: it is compared with the `iss` of tokens byte for byte.

    Raises:
        ValueError: it is not https (http is for loopback), or has a query, a fragment or a user name in it.

    """
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not (is_safe and parts.hostname and url.isascii()) or " " in url or parts.username or "?" in url or "#" in url:
        raise ValueError("it is the `iss` of the provider's tokens: https, without a query (http is for loopback only)")
    return url


def read_scopes(text: str) -> tuple[str, ...]:
    """Read scopes that are separated by spaces.

    Raises:
        ValueError: a login asks for `openid`, and it is not among them.

    """
    scopes = tuple(text.split())
    if "openid" not in scopes:
        raise ValueError("they are separated by spaces, and openid is one of them")
    return scopes
