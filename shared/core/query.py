"""The canonical query of a request, the same from every client and from every form of event.

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
# A decoder's replacement for bytes that are not UTF-8: different queries become equal by it.
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


class UnclearQueryError(ValueError):
    """The query is ambiguous: two parsers may read it differently. The message never repeats it."""


def canonical_query(sent: str) -> str:
    """Give the canonical form of the text between `?` and the end of a URL.

    Raises:
        UnclearQueryError: an escape is broken or not UTF-8, or a `;` is not escaped, which some parsers read as `&`.

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
    """Give the canonical form of decoded parameters, the values of each name in the order they were sent.

    Raises:
        UnclearQueryError: a character replaces bytes that were not UTF-8.

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
