"""Folders of documents: those of the kinds whose documents have names, and what else there is next to one."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sentinel.policy.files import Model, UnusableInputError, load_file, load_guessed
from shared.core.fields import DocumentModel
from shared.core.issuer import ISSUERS_FOLDER, Issuer, is_issuer_name
from shared.core.membership import GROUP_NAME_RULE, GROUPS_FOLDER, is_group_name
from shared.core.profile import Profile, is_profile_name

_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True, slots=True)
class NamedKind:
    """A kind as `words` call one; `rule` says what `is_name` accepts."""

    folder: str
    words: str
    is_name: Callable[[str], bool]
    rule: str


NAMED: Final[Mapping[str, NamedKind]] = {
    "profile": NamedKind("profiles", "a profile", is_profile_name, "use 1-64 letters, digits, '.', '_', '-'"),
    "issuer": NamedKind(
        ISSUERS_FOLDER,
        "an issuer",
        is_issuer_name,
        "use lower case letters, digits and '-', and no word that names have already, as role",
    ),
    "group": NamedKind(GROUPS_FOLDER, "a group", is_group_name, GROUP_NAME_RULE),
}


def name_problem(kind: str, name: str) -> str:
    """Say why a document of the kind cannot have the name; empty if it can."""
    named = NAMED[kind]
    return "" if named.is_name(name) else f"{name!r} cannot name {named.words}: {named.rule}"


def load_catalogue(directory: Path) -> Mapping[str, Profile]:
    """Load every `<name>.yaml`, `.yml` or `.json` of a directory as the profile of that name.

    Raises:
        UnusableInputError: no such directory, an invalid profile or name, or two files for one name.

    """
    return _load_named(directory, Profile, "profile")


def load_issuers(directory: Path) -> Mapping[str, Issuer]:
    """Load every document of a directory as the issuer of its name.

    Raises:
        UnusableInputError: as for `load_catalogue`.

    """
    return _load_named(directory, Issuer, "issuer")


def find_names(directory: Path) -> Collection[str]:
    """List the names of the groups, or of others of one kind, that have a document in the directory.

    Raises:
        UnusableInputError: the directory cannot be read.

    """
    return {file.stem for file in list_documents(directory)}


def find_other_policies(file: Path) -> Sequence[DocumentModel]:
    """Load what else there is in a document's directory; what is not valid is left out."""
    found = []
    for other in list_documents(file.parent):
        with suppress(UnusableInputError):
            found += [] if other.samefile(file) else [load_guessed(other)[0]]
    return found


def _load_named(directory: Path, model: type[Model], kind: str) -> Mapping[str, Model]:
    found: dict[str, Model] = {}
    complaints: list[str] = []
    for file in list_documents(directory):
        try:
            if file.stem in found:
                complaints.append(f"{file}: a second file for {kind} {file.stem!r}: keep one")
            found[file.stem] = load_file(file, model)[0]
        except UnusableInputError as error:
            complaints += error.complaints
        if problem := name_problem(kind, file.stem):
            complaints.append(f"{file}: {problem}")
    if complaints:
        raise UnusableInputError(complaints)
    return found


def list_documents(directory: Path) -> list[Path]:
    """List a directory's documents by name.

    Raises:
        UnusableInputError: the directory cannot be read.

    """
    try:
        return sorted(file for file in directory.iterdir() if file.suffix in _SUFFIXES and file.is_file())
    except OSError as error:
        raise UnusableInputError([f"{directory}: {error.strerror or error}"]) from None
