"""The stored documents: whether what the Lambdas read is valid, and which roles the profiles are for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sentinel.doctor.aws import Aws
from sentinel.doctor.findings import Finding, fail, ok, skipped, warn
from sentinel.policy.files import MODELS, check_text, find_lints
from sentinel.policy.folders import NAMED, name_problem
from sentinel.policy.issuer_lint import BARE_NAMES
from sentinel.policy.lint import Known
from shared.core.approval.policy import ApprovalPolicy
from shared.core.fields import DocumentModel
from shared.core.issuer import Issuer
from shared.core.membership import GroupDocument
from shared.core.profile import Profile
from shared.core.ticket_lookup import TICKETS_FOLDER
from shared.documents import DocumentError, split_signature, unpack
from shared.documents.public_keys import PublicKeys
from shared.documents.signature import Stored as SignedPlace
from shared.documents.signature import require_signed

_KIND_OF_FOLDER: Final = {named.folder: kind for kind, named in NAMED.items()}
_POLICIES: Final = frozenset(MODELS) - NAMED.keys()
_Named = TypeVar("_Named", bound=DocumentModel)
_PUSH: Final = "sentinel policy push"


@dataclass(frozen=True, slots=True)
class Stored:
    """What Parameter Store holds: the documents that are valid, by name, and what is wrong with the others.

    `bear_signatures`: one at least has a signature, wanted or not.
    """

    documents: Mapping[str, DocumentModel] = field(default_factory=dict)
    problems: tuple[Finding, ...] = ()
    bear_signatures: bool = False

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """The valid profiles, by name."""
        return self._of(Profile)

    @property
    def issuers(self) -> Mapping[str, Issuer]:
        """The valid issuers, by name."""
        return self._of(Issuer)

    @property
    def groups(self) -> Mapping[str, GroupDocument]:
        """The valid documents of groups, by name."""
        return self._of(GroupDocument)

    @property
    def policies(self) -> Mapping[str, DocumentModel]:
        """The valid policies, by kind."""
        return {
            name.removeprefix("policies/"): each
            for name, each in self.documents.items()
            if name.startswith("policies/")
        }

    def _of(self, model: type[_Named]) -> Mapping[str, _Named]:
        return {name.partition("/")[2]: each for name, each in self.documents.items() if isinstance(each, model)}


async def read_documents(aws: Aws, prefix: str, keys: PublicKeys | None = None) -> Stored:
    """Read every policy, profile, issuer and group. Documents that hold secrets are left alone.

    With `keys`, one that none of them signed is a problem.

    Raises:
        DeniedError: the credentials may not.
        UnansweredError: Parameter Store does not answer.

    """
    documents: dict[str, DocumentModel] = {}
    problems: list[Finding] = []
    bear_signatures = False
    for folder in ("policies", *_KIND_OF_FOLDER):
        for parameter in await aws.all("ssm", "get_parameters_by_path", "Parameters", Path=f"{prefix}/{folder}") or ():
            name = str(parameter["Name"]).removeprefix(f"{prefix}/")
            bear_signatures |= split_signature(str(parameter["Value"]))[0] is not None
            try:
                documents[name] = _check(name, parameter, keys)
            except ValueError as error:
                problems.append(fail(f"document {name}", str(error), _remedy(name, signed=keys is not None)))
    return Stored(documents, tuple(problems), bear_signatures)


def _check(name: str, parameter: Mapping[str, Any], keys: PublicKeys | None) -> DocumentModel:
    """Read a document as the Lambdas do.

    Raises:
        ValueError: it is invalid; the message names the first problem and the number of others.

    """
    folder, _, last = name.partition("/")
    kind = _KIND_OF_FOLDER.get(folder, last)
    if parameter["Type"] != "String":
        raise ValueError(f"it is a {parameter['Type']}, and documents are read as a String")
    if name_problem(kind, last) if folder in _KIND_OF_FOLDER else kind not in _POLICIES:
        raise ValueError("no Lambda reads a document of this name")
    try:
        if keys is not None:
            stored = SignedPlace(parameter["ARN"], parameter["Version"], parameter["LastModifiedDate"])
            require_signed(parameter["Value"], stored, keys)
        return check_text(unpack(str(parameter["Value"])), kind)[0]
    except DocumentError as error:
        first, *more = error.problems
        raise ValueError(f"{first}" + (f" (and {len(more)} more)" if more else "")) from None


def _remedy(name: str, *, signed: bool) -> str:
    folder, _, last = name.partition("/")
    option = f"--name {last}" if folder in _KIND_OF_FOLDER else f"--kind {last}"
    sign = " --sign KEY" if signed else ""
    return f"correct it and store it again: sentinel policy validate FILE, then {_PUSH} FILE {option}{sign}"


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
    yield from _ticket_lookups(stored)
    if stored.documents:
        counted = {"policies": stored.policies, "profiles": stored.profiles}
        counted |= {kind: each for kind, each in {"issuers": stored.issuers, "groups": stored.groups}.items() if each}
        yield ok(about, ", ".join(f"valid {kind}: {len(each)}" for kind, each in counted.items()))


def _ticket_lookups(stored: Stored) -> Iterable[Finding]:
    approval = stored.policies.get("approval")
    rules = approval.rules if isinstance(approval, ApprovalPolicy) else ()
    for name in sorted({rule.ticket_lookup for rule in rules if rule.ticket_lookup is not None}):
        used_by = ", ".join(rule.name for rule in rules if rule.ticket_lookup == name)
        yield skipped(
            f"document {TICKETS_FOLDER}/{name}",
            f"approval policy: {used_by}: tickets are looked up by it; it has a secret, so it is not read here",
            "POST /v1/explain, and the console's form of a request, say whether it is usable",
        )


def _lints(stored: Stored) -> Iterable[Finding]:
    for name, document in sorted(stored.documents.items()):
        others = [each for each in stored.policies.values() if each is not document]
        # Most groups of a deployment have no document: they come from Identity Center, or are pushed.
        for found in find_lints(document, Known(stored.profiles, stored.issuers, policies=others)):
            about, message = f"document {name}", f"{found.place}: {found.message}"
            if found.rule == BARE_NAMES:
                # A choice of who wrote the deployment: it is explained, and nothing is wrong.
                yield ok(about, message)
            else:
                yield warn(about, message, "change it, or let it be: sentinel policy lint")
