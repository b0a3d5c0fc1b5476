"""The query of a request in one spelling, whoever wrote it and in whichever form an event gives it.

API Gateway gives a REST API's function the decoded values by name, and an HTTP API's the text that was sent. Both
become `name=value` pairs joined by `&`: sorted by name, the values of one name in the order they were sent, every
character but the unreserved ones (RFC 3986, 2.3) percent-encoded as UTF-8. A name alone has an empty value, and `+` is
a space.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, unquote

_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What a decoder puts where bytes are not UTF-8: two different queries look the same behind it.
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


class UnclearQueryError(ValueError):
    """Two readers may understand the query differently. The message never repeats it."""


def canonical_query(sent: str) -> str:
    """Bring the text between `?` and the end of a URL to the one spelling.

    Raises:
        UnclearQueryError: an escape is broken or not UTF-8, or a `;` is not escaped, which some readers take for `&`.

    """
    if _BROKEN_ESCAPE.search(sent):
        raise UnclearQueryError("a % in the query does not begin an escape: write %25")
    if ";" in sent:
        raise UnclearQueryError("a ; in the query separates for some and not for others: write %3B")
    grouped: dict[str, list[str]] = {}
    for pair in sent.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            grouped.setdefault(_decode(name), []).append(_decode(value))
    return canonical_parameters(grouped)


def canonical_parameters(parameters: Mapping[str, Sequence[str]]) -> str:
    """Bring decoded parameters, the values of each name in the order they were sent, to the one spelling.

    Raises:
        UnclearQueryError: a character stands for bytes that were not UTF-8.

    """
    pairs = [(_encode(name), _encode(value)) for name, values in parameters.items() for value in values]
    # Sorting is stable: the values of one name keep their order.
    return "&".join(f"{name}={value}" for name, value in sorted(pairs, key=lambda pair: pair[0]))


def _decode(text: str) -> str:
    try:
        return unquote(text.replace("+", " "), errors="strict")
    except UnicodeDecodeError:
        raise UnclearQueryError("the query is not UTF-8") from None


def _encode(text: str) -> str:
    if _REPLACEMENT in text:
        raise UnclearQueryError("the query is not UTF-8")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise UnclearQueryError("the query is not UTF-8") from None
