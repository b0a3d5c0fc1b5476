"""The documents on an operator's disk: read, checked, and complained about as `access.yaml:14: place: what to do`."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypeVar

import click

from sentinel.errors import visible
from sentinel.policy.access_lint import lint_access
from sentinel.policy.group_lint import lint_groups
from sentinel.policy.issuer_lint import lint_issuer
from sentinel.policy.lint import NOTHING_KNOWN, Known, Lint, lint_admin, lint_approval, lint_break_glass
from sentinel.policy.services import unknown_services
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.chat import SLACK_DOCUMENT, SlackWorkspace
from shared.core.fields import DocumentModel
from shared.core.issuer import Issuer
from shared.core.membership import GroupDocument
from shared.core.permissions import AdminPolicy
from shared.core.profile import Profile
from shared.core.ticket_lookup import TICKETS_FOLDER, TicketLookup
from shared.core.webhook import Webhook
from shared.documents import (
    Document,
    DocumentError,
    Problem,
    check_document,
    read_document,
    read_secret_document,
    unpack,
)

Model = TypeVar("Model", bound=DocumentModel)
# The kinds that are stored as plain text.
MODELS: Final[Mapping[str, type[DocumentModel]]] = {
    "access": AccessPolicy,
    "approval": ApprovalPolicy,
    "break-glass": BreakGlassPolicy,
    "admin": AdminPolicy,
    "profile": Profile,
    "issuer": Issuer,
    "group": GroupDocument,
}
# They are checked like the rest, but hold secrets: nothing written in one is repeated, and none is stored as text.
_WEBHOOK: Final = "webhook"
_TICKET_LOOKUP: Final = "ticket-lookup"
_SLACK: Final = "slack"
SECRET_PARAMETERS: Final[Mapping[str, str]] = {
    _WEBHOOK: "webhooks/NAME",
    _TICKET_LOOKUP: f"{TICKETS_FOLDER}/NAME",
    _SLACK: SLACK_DOCUMENT,
}
_CHECKED: Final[Mapping[str, type[DocumentModel]]] = {
    **MODELS,
    _WEBHOOK: Webhook,
    _TICKET_LOOKUP: TicketLookup,
    _SLACK: SlackWorkspace,
}
KINDS: Final = tuple(_CHECKED)
_SECRET_LIKE: Final = re.compile(r"""^[\s{]*["']?(url|signing_secret|bot_token)["']?\s*:""", re.MULTILINE)
# A comment in the lines before the document.
_SCHEMA: Final = re.compile(r"(?:\s*#.*\n)*?\s*#\s*yaml-language-server:\s*\$schema=\S*?([a-z-]+)\.schema\.json\s")
# Keys that only one kind of document has, and only the rules of one kind of policy.
_KEYS_OF_NAMED: Final = {
    "role_arn": "profile",
    "field": _TICKET_LOOKUP,
    "values": _TICKET_LOOKUP,
    "url": _WEBHOOK,
    "signing_secret": _SLACK,
    "bot_token": _SLACK,
    "issuer": "issuer",
    "audiences": "issuer",
    "members": "group",
}
_KEYS_OF_ONE_KIND: Final = {"approvers": "approval", "reasons": "break-glass", "permissions": "admin"}
STDIN: Final = Path("-")


class UnusableInputError(click.ClickException):
    """A file that a command needs cannot be read or used. Exit code 2, one complaint a line."""

    exit_code = 2

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = list(complaints)
        super().__init__("\n".join(self.complaints))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the complaints bare, so that editors and scripts find `file:line:` at the start of each."""
        click.echo(self.message, file=file, err=file is None)


def complain(file: Path, problem: Problem) -> str:
    """Write a problem the way compilers do, so that editors can jump to it."""
    where = str(file) if problem.line is None else f"{file}:{problem.line}"
    return visible(f"{where}: {problem}")


def read_text(file: Path) -> str:
    """Read a file exactly, line ends and all; `-` is standard input.

    Raises:
        UnusableInputError: missing, unreadable, or not UTF-8.

    """
    try:
        data = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
        return data.decode()
    except OSError as error:
        raise UnusableInputError([f"{file}: {error.strerror or error}"]) from None
    except UnicodeDecodeError as error:
        raise UnusableInputError([f"{file}: byte {error.start} is not UTF-8: save the file as UTF-8"]) from None


def load_file(file: Path, model: type[Model], *, text: str | None = None) -> tuple[Model, Document]:
    """Load a document, with the lines of its places; `text` is the file's, where it was read already.

    Raises:
        UnusableInputError: it cannot be read, or is not valid.

    """
    try:
        document = read_document(read_text(file) if text is None else text)
        return check_document(document, model), document
    except DocumentError as error:
        raise UnusableInputError(complain(file, problem) for problem in error.problems) from None


def load_guessed(file: Path) -> tuple[DocumentModel, Document]:
    """Load a document of the kind it looks like.

    Raises:
        UnusableInputError: it cannot be read, or is not valid.

    """
    try:
        return check_text(read_text(file))
    except DocumentError as error:
        raise UnusableInputError(complain(file, problem) for problem in error.problems) from None


def check_text(text: str, kind: str | None = None) -> tuple[DocumentModel, Document]:
    """Turn a text into the document it holds, of the kind that is said or else of the kind it looks like.

    Raises:
        DocumentError: with every problem found.

    """
    kind = kind or guess_text(text)
    document = read_secret_document(text) if kind in SECRET_PARAMETERS else read_document(text)
    return check_document(document, _CHECKED[kind]), document


def guess_text(text: str) -> str:
    """Guess the kind of a text, by the schema that its comment for editors names, or else by its keys.

    One that cannot be parsed is checked, and complained about, as an access policy.

    Where such a text may have secrets, it is taken for what has them: an access policy's problems would repeat them.
    """
    try:
        guessed = guess_kind(read_document(text))
        return guessed if guessed in SECRET_PARAMETERS else _kind_by_schema(unpack(text)) or guessed
    except DocumentError:
        found = _SECRET_LIKE.search(text)
        return "access" if found is None else _KEYS_OF_NAMED[found[1]]


def _kind_by_schema(text: str) -> str | None:
    """Give the kind that the comment for editors, `# yaml-language-server: $schema=…/<kind>.schema.json`, names."""
    found = _SCHEMA.match(text)
    return found[1] if found is not None and found[1] in MODELS else None


def guess_kind(document: Document) -> str:
    """Guess the kind of a document by a key that only one kind has: a profile's role, an issuer's own URL.

    A policy is known by the keys of its rules. Anything else is meant as an access policy.
    """
    value = document.value
    if not isinstance(value, dict):
        return "access"
    if kind := next((kind for key, kind in _KEYS_OF_NAMED.items() if key in value), None):
        return kind
    rules = value.get("rules")
    keys = {key for rule in rules if isinstance(rule, dict) for key in rule} if isinstance(rules, list) else set()
    return next((kind for key, kind in _KEYS_OF_ONE_KIND.items() if key in keys), "access")


def find_lints(loaded: DocumentModel, known: Known = NOTHING_KNOWN) -> list[Lint]:
    """Find what is probably a mistake in a document of any kind."""
    return [*_lints_of_kind(loaded, known), *lint_groups(loaded, known)]


def _lints_of_kind(loaded: DocumentModel, known: Known) -> list[Lint]:
    match loaded:
        case AccessPolicy():
            return [*lint_access(loaded, known.profiles, known.issuers), *unknown_services(loaded)]
        case ApprovalPolicy():
            return lint_approval(loaded, known.ticket_lookups)
        case BreakGlassPolicy():
            return lint_break_glass(loaded)
        case AdminPolicy():
            return lint_admin(loaded)
        case Issuer():
            return lint_issuer(loaded)
        case Profile():
            return list(unknown_services(loaded))
        case _:
            return []
