"""The reader of documents, the same for the command line and the Lambdas."""

from typing import Final

from shared.documents.envelope import unpack
from shared.documents.json_text import NotJsonError, read_json
from shared.documents.problems import DocumentError, Problem
from shared.documents.tree import Document

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
