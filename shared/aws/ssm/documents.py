"""Documents: policies and profiles as texts in SSM Parameter Store."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from shared.aws.concurrency import gather_all
from shared.aws.errors import UnreadableError, translate_errors
from shared.documents import DocumentError, split_signature
from shared.documents.public_keys import PublicKeys
from shared.documents.signature import Stored, require_signed

T_co = TypeVar("T_co", covariant=True)

PROFILES_FOLDER: Final = "profiles"
# SSM API reference, GetParameters and GetParametersByPath: at most ten names a call, ten parameters a page.
_BATCH: Final = 10
_DIGEST_LENGTH: Final = 16


def pages_of(count: int) -> int:
    """Give the number of calls that list a folder with `count` documents."""
    return max(1, -(-count // _BATCH))


@dataclass(frozen=True, slots=True)
class Document(Generic[T_co]):
    """One version of a document.

    `name` is relative to the prefix (`policies/access`). `version` is SSM's number, `digest` the start of the text's
    SHA-256, and `value` has no signature. `age_s` is how long ago it was read, in seconds; `stale`: a newer read was
    due and failed.
    """

    name: str
    value: T_co
    version: int
    digest: str
    age_s: float = 0.0
    stale: bool = False


class DocumentSource(Protocol[T_co]):
    """A source of documents.

    Consistency: a result is no newer than the call's end and, from a source that caches, no older than that source's
    limits; see `age_s` and `stale`. Two documents of one result may be from different instants. Ordering: there is
    none; a later call may see an older version until Parameter Store has propagated the newer one. Failure: an
    `AwsError` means that not every name could be decided; there is no partial answer. A name mapped to None is a
    definite answer: there is no such document. One mapped to an error has a document that may not be used.
    """

    async def load(self, names: Collection[str]) -> Mapping[str, Document[T_co] | UnreadableError | None]:
        """Load documents by name; the result has exactly the requested names."""
        ...

    async def load_profiles(self) -> Mapping[str, Document[T_co] | UnreadableError | None]:
        """Load the whole catalogue, by profile name. None marks a profile that exists but is invalid."""
        ...


class SsmDocuments:
    """Documents from Parameter Store, as text, without a cache."""

    def __init__(self, ssm: Any, prefix: str, keys: PublicKeys | None = None) -> None:
        """Read below `prefix`, which begins with a slash and does not end with one.

        With `keys`, a document that is not signed by one of them is an error. A version is verified once, whether it is
        valid or not: the result depends on nothing that changes.
        """
        if not prefix.startswith("/") or prefix.endswith("/"):
            raise ValueError(f"the parameter prefix {prefix!r} must begin with a slash and not end with one")
        self._ssm = ssm
        self._prefix = prefix
        self._keys = keys
        # The latest version by name, and what is wrong with it.
        self._verified: dict[str, tuple[tuple[str, Stored], str | None]] = {}

    async def load(self, names: Collection[str]) -> Mapping[str, Document[str] | UnreadableError | None]:
        """Load by name, ten names a call, the calls concurrently.

        Raises:
            AwsError: any of the calls failed.

        """
        wanted = sorted(set(names))
        batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
        answers = await gather_all(self._load_batch(batch) for batch in batches)
        found = {name: document for answer in answers for name, document in answer.items()}
        return {name: found.get(name) for name in wanted}

    async def load_profiles(self) -> Mapping[str, Document[str] | UnreadableError]:
        """List the catalogue, as texts.

        Raises:
            AwsError: any page could not be read.

        """
        return await self.load_folder(PROFILES_FOLDER)

    async def load_folder(self, folder: str) -> Mapping[str, Document[str] | UnreadableError]:
        """List a folder completely: SSM may return short and even empty pages before the last one.

        The result is by name within the folder.

        Raises:
            AwsError: any page could not be read.

        """
        documents: dict[str, Document[str] | UnreadableError] = {}
        path = f"{self._prefix}/{folder}/"
        request: dict[str, Any] = {"Path": path, "Recursive": False, "WithDecryption": True, "MaxResults": _BATCH}
        while True:
            with translate_errors("ssm"):
                page = await self._ssm.get_parameters_by_path(**request)
            for parameter in page["Parameters"]:
                documents[parameter["Name"].removeprefix(path)] = self._document(parameter)
            if not page.get("NextToken"):
                return documents
            request["NextToken"] = page["NextToken"]

    async def _load_batch(self, names: list[str]) -> Mapping[str, Document[str] | UnreadableError]:
        with translate_errors("ssm"):
            answer = await self._ssm.get_parameters(
                Names=[f"{self._prefix}/{name}" for name in names],
                WithDecryption=True,
            )
        documents = {self._name(parameter): self._document(parameter) for parameter in answer["Parameters"]}
        unknown = {name.removeprefix(f"{self._prefix}/") for name in answer.get("InvalidParameters", [])}
        if documents.keys() | unknown != set(names):
            raise UnreadableError("ssm", "GetParameters did not account for every name it was asked for")
        return documents

    def _name(self, parameter: Mapping[str, Any]) -> str:
        return str(parameter["Name"]).removeprefix(f"{self._prefix}/")

    def _document(self, parameter: Mapping[str, Any]) -> Document[str] | UnreadableError:
        name, version = self._name(parameter), parameter["Version"]
        if self._keys is not None and (problem := self._find_problem(name, parameter, self._keys)) is not None:
            return UnreadableError("ssm", f"document {name} version {version} is not valid: {problem}")
        _, text = split_signature(parameter["Value"])
        return Document(name, text, version, hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH])

    def _find_problem(self, name: str, parameter: Mapping[str, Any], keys: PublicKeys) -> str | None:
        version = parameter["Value"], Stored(parameter["ARN"], parameter["Version"], parameter["LastModifiedDate"])
        verified, problem = self._verified.get(name, (None, None))
        if verified != version:
            try:
                require_signed(*version, keys)
                problem = None
            except DocumentError as error:
                problem = str(error)
            self._verified[name] = version, problem
        return problem
