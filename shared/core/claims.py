"""Claims of a verified token: the values that a policy can compare, and their globs.

API Gateway hands every claim over as text, an array as `[a b]`, which is also what a text of these characters looks
like. So a text is never split: an array is one only in the token's own payload.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from shared.core.fields import NonEmpty
from shared.core.globs import matches_across

# Text, or each text of an array.
ClaimValue: TypeAlias = str | tuple[str, ...]
Claims: TypeAlias = Mapping[str, ClaimValue]
_EVERYTHING: Final = re.compile(r"[*/]+")


def read_claims(payload: Mapping[str, Any]) -> Claims:
    """Give the claims that a policy can compare: text, whole numbers, true and false, and arrays of text.

    Any other value is left out, so that a condition on it is not known.
    """
    return {name: read for name, value in payload.items() if (read := _read(value)) is not None}


def _read(value: Any) -> ClaimValue | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return tuple(value) if all(isinstance(each, str) for each in value) else None
    return text_of(value)


def text_of(value: Any) -> str | None:
    """Give a text, a whole number or a truth value as the text that API Gateway makes of it; None for the rest."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def meets(wanted: Mapping[str, tuple[str, ...]], claims: Claims | None) -> bool | None:
    """Whether every wanted claim matches one of its globs, an array by any of its texts; None where one is absent."""
    if claims is None:
        return None
    found = [_matches(globs, claims[name]) if name in claims else None for name, globs in wanted.items()]
    return False if False in found else None if None in found else True


def _matches(globs: tuple[str, ...], value: ClaimValue) -> bool:
    texts = (value,) if isinstance(value, str) else value
    return any(matches_across(glob, text) for glob in globs for text in texts)


def claim_words(value: ClaimValue) -> str:
    """Give a claim as text to show: an array with commas."""
    return value if isinstance(value, str) else ", ".join(value)


def is_every_value(glob: str) -> bool:
    """Whether the glob narrows nothing but the number of slashes."""
    return _EVERYTHING.fullmatch(glob) is not None


def _no_glob_as_text(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError("must be a list, even of one: [value]")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


def _is_plain(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("write printable ASCII characters; a claim with others is matched by ? or *")
    return value


ClaimName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/@-]{1,128}$")]
ClaimGlob = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_is_plain)]
ClaimGlobs = Annotated[tuple[ClaimGlob, ...], NonEmpty, BeforeValidator(_no_glob_as_text)]
WantedClaims = Annotated[dict[ClaimName, ClaimGlobs], Field(min_length=1, max_length=20)]
