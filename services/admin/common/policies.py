"""The documents an admin call is decided by, and the model of each.

A missing approval, break-glass or admin policy permits nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from shared.aws.ssm.document_cache import CachedDocuments, settled
from shared.aws.ssm.documents import PROFILES_FOLDER, Document
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy, permits_chat
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.chat import SLACK_DOCUMENT, SlackWorkspace
from shared.core.fields import DocumentModel
from shared.core.identity import Authentication, Principal
from shared.core.issuer import ISSUERS_FOLDER, Issuer
from shared.core.people import Person
from shared.core.permissions import AdminPolicy, Entitlement, entitlement_of
from shared.core.present_grants import PresentPolicies
from shared.core.profile import Profile, is_profile_name
from shared.documents.load import (
    ACCESS_POLICY,
    ADMIN_POLICY,
    APPROVAL_POLICY,
    BREAK_GLASS_POLICY,
    folder_model,
    load_document,
    load_slack,
)
from shared.edge.indeterminate import IndeterminateError

_POLICIES: Final[Mapping[str, type[DocumentModel]]] = {
    ACCESS_POLICY: AccessPolicy,
    APPROVAL_POLICY: ApprovalPolicy,
    BREAK_GLASS_POLICY: BreakGlassPolicy,
    ADMIN_POLICY: AdminPolicy,
}


def load_stored(name: str, text: str) -> DocumentModel:
    """Load a policy, a profile (`profiles/<name>`), an issuer (`issuers/<name>`) or `chat/slack`.

    Raises:
        DocumentError: with every problem found.

    """
    if name == SLACK_DOCUMENT:
        return load_slack(text)
    return load_document(text, _POLICIES.get(name) or folder_model(name))


Model = TypeVar("Model", bound=DocumentModel)
Loaded: TypeAlias = Mapping[str, Document[DocumentModel] | None]


@dataclass(frozen=True, slots=True)
class Policies:
    """What was read. `profile` is the requested one, None where it does not exist or none was requested."""

    access: AccessPolicy
    access_version: str
    approval: ApprovalPolicy | None
    break_glass: BreakGlassPolicy | None
    break_glass_version: str
    admin: AdminPolicy | None
    profile: Profile | None
    documents: tuple[Document[DocumentModel], ...]

    @property
    def present(self) -> PresentPolicies:
        """What grants are judged by at every vend."""
        return PresentPolicies(self.approval, self.break_glass)

    def entitlement_of(self, person: Person) -> Entitlement:
        """Collect what they let a person see and do."""
        return entitlement_of(person, self.admin, self.approval)

    def permit(self, caller: Principal, profile: str) -> bool:
        """Whether the caller's proof of who they are is enough for what concerns a profile: the chat is not always."""
        return caller.authentication is not Authentication.CHAT or permits_chat(self.approval, profile)

    @property
    def usable_profile(self) -> Profile | None:
        return self.profile if self.profile is not None and self.profile.enabled else None


@dataclass(frozen=True, slots=True)
class PolicyReader:
    """Reads the four policies and, where one is named, a profile."""

    documents: CachedDocuments[DocumentModel]

    async def find_issuer(self, name: str) -> Document[Issuer] | None:
        """Find an issuer's document, in one read with the policies; None if it does not exist.

        Raises:
            AwsError: it can be neither read nor served from the last good version.

        """
        wanted = f"{ISSUERS_FOLDER}/{name}"
        found = settled((await self.documents.find([wanted, *_POLICIES]))[wanted])
        if found is None:
            return None
        return _typed(found, Issuer)

    async def list_profiles(self) -> Sequence[str]:
        """List the names of the profiles that can be read and are enabled.

        Raises:
            AwsError: the catalogue can be neither read nor served from the last good one.

        """
        found = await self.documents.load_profiles()
        profiles = (
            (name, None if each is None else each.value) for name, each in found.items() if is_profile_name(name)
        )
        return sorted(name for name, profile in profiles if isinstance(profile, Profile) and profile.enabled)

    async def load_slack(self) -> Document[SlackWorkspace]:
        """Load the document of the Slack workspace, in one read with the policies.

        Raises:
            AwsError: it can be neither read nor served from the last good version.
            IndeterminateError: it does not exist.

        """
        found = settled((await self.documents.find([SLACK_DOCUMENT, *_POLICIES]))[SLACK_DOCUMENT])
        if found is None:
            raise IndeterminateError("document", f"there is no {SLACK_DOCUMENT}: store it as a SecureString")
        return _typed(found, SlackWorkspace)

    async def read_approval(self) -> ApprovalPolicy | None:
        """Read the approval policy alone; None if it does not exist.

        Raises:
            AwsError: it can be neither read nor served from the last good version.

        """
        return _find(await self.documents.load([APPROVAL_POLICY]), APPROVAL_POLICY, ApprovalPolicy)

    async def read(self, profile: str | None = None) -> Policies:
        """Read at once.

        Raises:
            AwsError: a document can be neither read nor served from the last good version.
            IndeterminateError: there is no access policy.

        """
        profile_document = f"{PROFILES_FOLDER}/{profile}"
        loaded = await self.documents.load([*_POLICIES, *([] if profile is None else [profile_document])])
        access = loaded[ACCESS_POLICY]
        if access is None:
            raise IndeterminateError("document", f"there is no {ACCESS_POLICY}: store one with `sentinel policy push`")
        return Policies(
            access=_checked(access, AccessPolicy),
            access_version=access.digest,
            approval=_find(loaded, APPROVAL_POLICY, ApprovalPolicy),
            break_glass=_find(loaded, BREAK_GLASS_POLICY, BreakGlassPolicy),
            break_glass_version=_digest(loaded[BREAK_GLASS_POLICY]),
            admin=_find(loaded, ADMIN_POLICY, AdminPolicy),
            profile=None if profile is None else _find(loaded, profile_document, Profile),
            documents=tuple(document for document in loaded.values() if document is not None),
        )


def _find(loaded: Loaded, name: str, model: type[Model]) -> Model | None:
    document = loaded[name]
    return None if document is None else _checked(document, model)


def _typed(found: Document[DocumentModel], model: type[Model]) -> Document[Model]:
    return Document(found.name, _checked(found, model), found.version, found.digest, found.age_s, found.stale)


def _checked(document: Document[DocumentModel], model: type[Model]) -> Model:
    if not isinstance(document.value, model):
        raise IndeterminateError("document", f"{document.name} holds another kind of document")
    return document.value


def _digest(document: Document[DocumentModel] | None) -> str:
    return "" if document is None else document.digest
