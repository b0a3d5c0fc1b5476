"""What a check found: its subject, its status and, in one line, the remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The result of a check. A check that could not be made is skipped, never ok."""

    OK = "ok"
    WARN = "warn"  # it works, but needs attention
    FAIL = "fail"  # it does not work, or does not protect
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `about` names the subject; `remedy` is empty only if all is well."""

    status: Status
    about: str
    message: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if (self.status is Status.OK) != (self.remedy == ""):
            raise ValueError(f"{self.about}: a finding has a remedy exactly if it is not ok")

    def as_json(self) -> dict[str, str | None]:
        return {
            "status": self.status.value,
            "about": self.about,
            "message": self.message,
            "remedy": self.remedy or None,
        }


def ok(about: str, message: str) -> Finding:
    return Finding(Status.OK, about, message)


def warn(about: str, message: str, remedy: str) -> Finding:
    return Finding(Status.WARN, about, message, remedy)


def fail(about: str, message: str, remedy: str) -> Finding:
    return Finding(Status.FAIL, about, message, remedy)


def skipped(about: str, message: str, remedy: str) -> Finding:
    return Finding(Status.SKIPPED, about, message, remedy)


def unless(problems: Iterable[Finding], about: str, message: str) -> list[Finding]:
    """Return the problems or, without any, an ok finding."""
    return list(problems) or [ok(about, message)]
