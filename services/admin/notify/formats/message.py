"""One HTTP POST to a webhook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import SecretStr

HEADERS: Final[Mapping[str, str]] = {"Content-Type": "application/json", "User-Agent": "Sentinel"}


@dataclass(frozen=True, slots=True)
class Message:
    """Its URL may be a credential, and its body holds what people wrote and may hold a credential."""

    url: SecretStr
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def message_of(url: SecretStr, content: Mapping[str, Any], headers: Mapping[str, str] = HEADERS) -> Message:
    """Write a message with a JSON object."""
    return Message(url, headers, orjson.dumps(content))
