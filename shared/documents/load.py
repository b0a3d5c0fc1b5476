"""From a document's text to its model, or every problem at once: one strict path for commands and Lambdas."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from shared.core.access.schema import AccessPolicy
from shared.core.chat import SlackWorkspace
from shared.core.fields import DocumentModel
from shared.core.issuer import ISSUERS_FOLDER, Issuer
from shared.core.membership import GROUPS_FOLDER, GroupDocument
from shared.core.profile import Profile
from shared.core.ticket_lookup import TicketLookup
from shared.core.webhook import Webhook
from shared.documents.document import Document, DocumentError, Path, Problem
from shared.documents.envelope import unpack
from shared.documents.json_text import NotJsonError, read_json
from shared.documents.words import describe

ACCESS_POLICY: Final = "policies/access"
APPROVAL_POLICY: Final = "policies/approval"
BREAK_GLASS_POLICY: Final = "policies/break-glass"
ADMIN_POLICY: Final = "policies/admin"
_FOLDERS: Final[Mapping[str, type[DocumentModel]]] = {ISSUERS_FOLDER: Issuer, GROUPS_FOLDER: GroupDocument}


_BYTE_ORDER_MARK: Final = "\ufeff"


def read_document(text: str) -> Document:
    """Read JSON or YAML, packed or not, of any kind of document.

    Raises:
        DocumentError: the text cannot be parsed. Other faults are in the document's `faults`.

    """
    written = unpack(text)
    if written.startswith(_BYTE_ORDER_MARK):
        raise DocumentError([Problem("", 1, "the text begins with a byte order mark: save it as UTF-8 without one")])
    if not written.lstrip().startswith(("{", "[")):
        return _read_yaml(written)
    try:
        return read_json(written)
    except NotJsonError as error:
        return _read_flow_yaml(written, error)


def _read_flow_yaml(written: str, not_json: NotJsonError) -> Document:
    """Read YAML in braces; if it is not YAML either, report it as invalid JSON, which was most likely meant."""
    try:
        return _read_yaml(written)
    except DocumentError:
        raise DocumentError([not_json.problem]) from None


def _read_yaml(written: str) -> Document:
    from shared.documents.yaml_text import read_yaml  # noqa: PLC0415 - a Lambda fed JSON never pays for the YAML parser

    return read_yaml(written)


Model = TypeVar("Model", bound=DocumentModel)
_UNREADABLE: Final = "neither JSON nor YAML that can be read: put its texts in quotes"
_UNREADABLE_PLACE: Final = "cannot be read: write it once, and text in quotes"


def load_access_policy(text: str) -> AccessPolicy:
    """Load the document `policies/access`.

    Raises:
        DocumentError: with every problem found.

    """
    return load_document(text, AccessPolicy)


def load_profile(text: str) -> Profile:
    """Load a document `profiles/<name>`.

    Raises:
        DocumentError: with every problem found.

    """
    return load_document(text, Profile)


def load_webhook(text: str) -> Webhook:
    """Load a document `webhooks/<name>`. It has secrets, so problems repeat nothing of it except its keys.

    Raises:
        DocumentError: with every problem found.

    """
    return check_document(read_secret_document(text), Webhook)


def load_slack(text: str) -> SlackWorkspace:
    """Load the document `chat/slack`. It has secrets, so problems repeat nothing of it except its keys.

    Raises:
        DocumentError: with every problem found.

    """
    return check_document(read_secret_document(text), SlackWorkspace)


def load_ticket_lookup(text: str) -> TicketLookup:
    """Load a document `tickets/<name>`. It has secrets, so problems repeat nothing of it except its keys.

    Raises:
        DocumentError: with every problem found.

    """
    return check_document(read_secret_document(text), TicketLookup)


def read_secret_document(text: str) -> Document:
    """Read a document with secrets: problems repeat nothing of it except its keys.

    Raises:
        DocumentError: it cannot be read.

    """
    try:
        document = read_document(text)
    except DocumentError as error:
        raise DocumentError([replace(problem, message=_UNREADABLE) for problem in error.problems]) from None
    return replace(document, faults=dict.fromkeys(document.faults, _UNREADABLE_PLACE))


def folder_model(name: str) -> type[DocumentModel]:
    """Give the model of a document that is not a policy, by its name: an issuer's, a group's or a profile's."""
    return _FOLDERS.get(name.partition("/")[0], Profile)


def load_document(text: str, model: type[Model]) -> Model:
    """Load a document of any model.

    Raises:
        DocumentError: with every problem found.

    """
    return check_document(read_document(text), model)


def check_document(document: Document, model: type[Model]) -> Model:
    """Validate a document that was read, and return its model.

    Raises:
        DocumentError: with every problem found: the reading's own faults and the schema's.

    """
    return _check([(document.value, ())], document, model)[0]


def check_items(document: Document, model: type[Model]) -> list[Model]:
    """Validate a document that is a list, and return the model of each item. An empty list is an error.

    Raises:
        DocumentError: with every problem found in any item.

    """
    if not isinstance(document.value, list) or not document.value:
        raise DocumentError([document.problem((), "must be a list with at least one item")])
    return _check([(item, (index,)) for index, item in enumerate(document.value)], document, model)


def _check(parts: Iterable[tuple[Any, Path]], document: Document, model: type[Model]) -> list[Model]:
    loaded = []
    problems = [document.problem(path, message) for path, message in document.faults.items()]
    for value, place in parts:
        try:
            loaded.append(model.model_validate(value))
        except ValidationError as error:
            described = ((place + path, message) for path, message in describe(error, value, model))
            problems.extend(_problems_without_faults(document, described))
    if problems:
        raise DocumentError(problems)
    return loaded


def _problems_without_faults(document: Document, described: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    """Leave out problems of the schema at places where the reader already found a fault: one problem per cause."""
    for path, message in described:
        if not any(path[:length] in document.faults for length in range(len(path) + 1)):
            yield document.problem(path, message)
