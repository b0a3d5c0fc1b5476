"""The stored documents: whether what the Lambdas read is valid, and which roles the profiles are for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.findings import Finding, fail, ok, warn
from sentinel.policy.files import MODELS, check_text, find_lints
from sentinel.policy.issuer_lint import BARE_NAMES
from shared.core.access.schema import AccessPolicy
from shared.core.fields import DocumentModel
from shared.core.issuer import ISSUERS_FOLDER, Issuer, is_issuer_name
from shared.core.profile import Profile, is_profile_name
from shared.documents import DocumentError, unpack

# The kinds of documents that have names, by folder.
_NAMED: Final = {"profiles": "profile", ISSUERS_FOLDER: "issuer"}
_POLICIES: Final = frozenset(MODELS) - frozenset(_NAMED.values())
_IS_NAME: Final[Mapping[str, Callable[[str], bool]]] = {"profile": is_profile_name, "issuer": is_issuer_name}
_PUSH: Final = "sentinel policy push"


@dataclass(frozen=True, slots=True)
class Stored:
    """What Parameter Store holds: the documents that are valid, by name, and what is wrong with the others."""

    documents: Mapping[str, DocumentModel] = field(default_factory=dict)
    problems: tuple[Finding, ...] = ()

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """The valid profiles, by name."""
        return {
            name.removeprefix("profiles/"): each for name, each in self.documents.items() if isinstance(each, Profile)
        }

    @property
    def issuers(self) -> Mapping[str, Issuer]:
        """The valid issuers, by name."""
        folder = f"{ISSUERS_FOLDER}/"
        return {name.removeprefix(folder): each for name, each in self.documents.items() if isinstance(each, Issuer)}


async def read_documents(aws: Aws, prefix: str) -> Stored:
    """Read every policy, profile and issuer. Webhooks hold secrets and are left alone.

    Raises:
        DeniedError: the credentials may not.
        UnansweredError: Parameter Store does not answer.

    """
    documents: dict[str, DocumentModel] = {}
    problems: list[Finding] = []
    for folder in ("policies", *_NAMED):
        for parameter in await aws.all("ssm", "get_parameters_by_path", "Parameters", Path=f"{prefix}/{folder}") or ():
            name = str(parameter["Name"]).removeprefix(f"{prefix}/")
            try:
                documents[name] = _check(name, parameter)
            except ValueError as error:
                problems.append(fail(f"document {name}", str(error), _remedy(name)))
    return Stored(documents, tuple(problems))


def _check(name: str, parameter: Mapping[str, Any]) -> DocumentModel:
    """Read a document as the Lambdas do.

    Raises:
        ValueError: it is invalid; the message names the first problem and the number of others.

    """
    folder, _, last = name.partition("/")
    kind = _NAMED.get(folder, last)
    if parameter["Type"] != "String":
        raise ValueError(f"it is a {parameter['Type']}, and documents are read as a String")
    if not (_IS_NAME[kind](last) if folder in _NAMED else kind in _POLICIES):
        raise ValueError("no Lambda reads a document of this name")
    try:
        return check_text(unpack(str(parameter["Value"])), kind)[0]
    except DocumentError as error:
        first, *more = error.problems
        raise ValueError(f"{first}" + (f" (and {len(more)} more)" if more else "")) from None


def _remedy(name: str) -> str:
    folder, _, last = name.partition("/")
    option = f"--name {last}" if folder in _NAMED else f"--kind {last}"
    return f"correct it and store it again: sentinel policy validate FILE, then {_PUSH} FILE {option}"


def check_documents(stored: Stored) -> Iterable[Finding]:
    """Say which documents there are, what is wrong with them, and what is valid and most likely not meant."""
    about, broken = "documents", {problem.about for problem in stored.problems}
    yield from stored.problems
    if "policies/access" not in stored.documents and "document policies/access" not in broken:
        yield fail(about, "there is no access policy, so every request is denied", f"store one: {_PUSH} access.yaml")
    if not stored.profiles:
        yield warn(about, "there is no valid profile", f"store one: {_PUSH} profile.yaml --name NAME")
    for kind in sorted(_POLICIES - {"access"}):
        if f"policies/{kind}" not in stored.documents and f"document policies/{kind}" not in broken:
            yield warn(about, f"there is no {kind} policy: nothing it would allow is allowed", f"{_PUSH} --kind {kind}")
    yield from _lints(stored)
    if stored.documents:
        policies = len(stored.documents) - len(stored.profiles) - len(stored.issuers)
        issuers = f", valid issuers: {len(stored.issuers)}" if stored.issuers else ""
        yield ok(about, f"valid policies: {policies}, valid profiles: {len(stored.profiles)}{issuers}")


def _lints(stored: Stored) -> Iterable[Finding]:
    for name, document in sorted(stored.documents.items()):
        is_access = isinstance(document, AccessPolicy)
        known = (stored.profiles, stored.issuers) if is_access else (None, None)
        for found in find_lints(document, *known):
            about, message = f"document {name}", f"{found.place}: {found.message}"
            if found.rule == BARE_NAMES:
                # A choice of who wrote the deployment: it is explained, and nothing is wrong.
                yield ok(about, message)
            else:
                yield warn(about, message, "change it, or let it be: sentinel policy lint")
