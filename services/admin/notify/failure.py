"""Why somebody was not told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """`cause` is for the audit line: it names no URL and no secret. `may_pass`: trying again could help."""

    cause: str
    may_pass: bool = False
