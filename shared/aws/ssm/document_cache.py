"""A cache of parsed documents: a decorator over any source of texts."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, Generic, TypeVar

from shared.aws.concurrency import gather_both
from shared.aws.errors import AwsError, UnreadableError
from shared.aws.ssm.documents import PROFILES_FOLDER, Document, DocumentSource, pages_of
from shared.aws.ssm.read_through import CacheLimits, Kept, Outcome, ReadThrough

T = TypeVar("T")
Found = TypeVar("Found")
_CATALOGUE: Final = "catalogue"
_PROFILES: Final = f"{PROFILES_FOLDER}/"
_LONGEST_REST_S: Final = 60.0


class CachedDocuments(Generic[T]):
    """A `DocumentSource` of one family of parsed documents, over one of texts.

    A document is at most `ttl_s` old, or, if it is `stale`, at most `max_stale_s`: a newer version could not be read or
    parsed. A missing document is a definite result and replaces the cached one.
    """

    def __init__(
        self,
        source: DocumentSource[str],
        parse: Callable[[str, str], T],
        *,
        limits: CacheLimits,
        monotonic: Callable[[], float],
        parse_errors: tuple[type[Exception], ...] = (ValueError,),
        guesses: bool = False,
    ) -> None:
        """Cache the results of `parse` for a name and a text.

        `parse_errors` are its exceptions for an invalid document; any other is a defect and propagates. `monotonic`
        gives seconds. With `guesses`, one profile per TTL that was never listed may be read by its name, so that the
        first caller of a process does not wait for the whole catalogue.
        """
        self._source = source
        self._parse = parse
        self._parse_errors = parse_errors
        self._guesses = guesses
        self._ttl_s = limits.ttl_s
        self._monotonic = monotonic
        self._guessed_at = float("-inf")
        self._latest: dict[str, tuple[str, Document[T]]] = {}
        self._documents: ReadThrough[Document[T]] = ReadThrough(self._read_documents, limits, monotonic)
        self._catalogue: ReadThrough[Mapping[str, Document[T] | None]] = ReadThrough(
            self._read_catalogue,
            limits,
            monotonic,
            lambda profiles: min(limits.ttl_s * pages_of(len(profiles)), _LONGEST_REST_S, limits.max_stale_s),
        )

    def forget(self) -> None:
        """Drop every cached document."""
        self._documents.forget()
        self._catalogue.forget()
        self._latest.clear()

    async def load(self, names: Collection[str]) -> Mapping[str, Document[T] | None]:
        """Load by name; None for a document that does not exist.

        Raises:
            AwsError: a document can neither be read nor served from its last good version.

        """
        return {name: settled(found) for name, found in (await self.find(names)).items()}

    async def find(self, names: Collection[str]) -> Mapping[str, Document[T] | AwsError | None]:
        """Find by name; an error for a document that can neither be read nor served from its last good version.

        Callers choose the profile's name. So only a profile that existed before is read by its name; for any other the
        catalogue is listed, concurrently with the other reads, unless that was just done.
        """
        unlisted = {name for name in names if name.startswith(_PROFILES) and not self._was_there(name)}
        if unlisted and self._may_guess():
            unlisted.pop()
        listed = [name for name in names if name not in unlisted]
        if not unlisted:
            return _documents(await self._documents.find(listed))
        kept, catalogue = await gather_both(self._documents.find(listed), self._catalogue.find([_CATALOGUE]))
        if isinstance(kept, Exception):
            raise kept
        if isinstance(catalogue, Exception):
            raise catalogue
        entries = {name: _entry(catalogue[_CATALOGUE], name) for name in unlisted}
        return {**_documents(kept), **entries}

    async def load_profiles(self) -> Mapping[str, Document[T] | None]:
        """Load the catalogue; None for a profile that cannot be parsed, so that one does not hide the others.

        A listing costs one call per ten profiles, so a long catalogue serves longer than the TTL: the TTL times its
        number of pages, up to a minute.

        Raises:
            AwsError: the catalogue can be neither read nor served from the last good one.

        """
        kept = settled((await self._catalogue.find([_CATALOGUE]))[_CATALOGUE])
        if kept is None:
            return {}
        return {name: _aged(found, kept) if found is not None else None for name, found in kept.value.items()}

    def _was_there(self, name: str) -> bool:
        if self._documents.last(name) is not None:
            return True
        catalogue = self._catalogue.last(_CATALOGUE)
        return catalogue is not None and name.removeprefix(_PROFILES) in catalogue

    def _may_guess(self) -> bool:
        now = self._monotonic()
        if not self._guesses or now - self._guessed_at < self._ttl_s or not self._catalogue.is_due(_CATALOGUE):
            return False
        self._guessed_at = now
        return True

    async def _read_documents(self, names: Collection[str]) -> Mapping[str, Outcome[Document[T]]]:
        texts = await self._source.load(names)
        return {name: self._parsed(text) for name, text in texts.items()}

    async def _read_catalogue(self, _: Collection[str]) -> Mapping[str, Outcome[Mapping[str, Document[T] | None]]]:
        texts = await self._source.load_profiles()
        parsed = {name: self._parsed(text) for name, text in texts.items()}
        usable = {name: None if isinstance(found, UnreadableError) else found for name, found in parsed.items()}
        return {_CATALOGUE: usable}

    def _parsed(self, text: Document[str] | UnreadableError | None) -> Document[T] | UnreadableError | None:
        """Parse a document, or reuse the result for the same text: most reads find nothing new."""
        if not isinstance(text, Document):
            return text
        before, document = self._latest.get(text.name, (None, None))
        if document is not None and before == text.value and document.version == text.version:
            return document
        try:
            value = self._parse(text.name, text.value)
        except self._parse_errors as error:
            return UnreadableError("ssm", f"document {text.name} version {text.version} is not valid: {error}")
        document = Document(text.name, value, text.version, text.digest)
        self._latest[text.name] = text.value, document
        return document


def settled(found: Found | AwsError) -> Found:
    """Return what was found.

    Raises:
        AwsError: the document could not be read.

    """
    if isinstance(found, AwsError):
        # The error may be cached, and raised again.
        raise found.with_traceback(None)
    return found


def _documents(kept: Mapping[str, Kept[Document[T]] | AwsError | None]) -> dict[str, Document[T] | AwsError | None]:
    return {name: _aged(found.value, found) if isinstance(found, Kept) else found for name, found in kept.items()}


def _entry(kept: Kept[Mapping[str, Document[T] | None]] | AwsError | None, name: str) -> Document[T] | AwsError | None:
    """Get one profile from the catalogue."""
    profile = name.removeprefix(_PROFILES)
    if not isinstance(kept, Kept) or profile not in kept.value:
        return None if isinstance(kept, Kept) else kept
    document = kept.value[profile]
    return UnreadableError("ssm", f"document {name} is not valid") if document is None else _aged(document, kept)


def _aged(document: Document[T], kept: Kept[object]) -> Document[T]:
    # `dataclasses.replace` takes three times as long, and every request does this for each of its documents.
    return Document(document.name, document.value, document.version, document.digest, kept.age_s, kept.stale)
