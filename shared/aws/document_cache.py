"""Documents parsed once and kept: a decorator over any source of texts."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final, Generic, TypeVar

from shared.aws.documents import Document, DocumentSource
from shared.aws.errors import UnreadableError
from shared.aws.read_through import CacheLimits, Kept, Outcome, ReadThrough

T = TypeVar("T")
_CATALOGUE: Final = "catalogue"


class CachedDocuments(Generic[T]):
    """A `DocumentSource` of one family of parsed documents, over one of texts.

    An answer is at most `ttl_s` old, or, where it says `stale`, at most `max_stale_s`: the newer version could not be
    read or not be parsed. That a document is missing is a definite answer and replaces what was kept.
    """

    def __init__(
        self,
        source: DocumentSource[str],
        parse: Callable[[str, str], T],
        *,
        limits: CacheLimits,
        monotonic: Callable[[], float],
        parse_errors: tuple[type[Exception], ...] = (ValueError,),
    ) -> None:
        """Keep what `parse` makes of a name and a text.

        `parse_errors` are what it raises for a text that is not a document; anything else is a defect and passes
        through. `monotonic` gives seconds.
        """
        self._source = source
        self._parse = parse
        self._parse_errors = parse_errors
        self._latest: dict[str, tuple[str, Document[T]]] = {}
        self._documents: ReadThrough[Document[T]] = ReadThrough(self._read_documents, limits, monotonic)
        self._catalogue: ReadThrough[Mapping[str, Document[T] | None]] = ReadThrough(
            self._read_catalogue,
            limits,
            monotonic,
        )

    def forget(self) -> None:
        """Keep nothing of what was read."""
        self._documents.forget()
        self._catalogue.forget()
        self._latest.clear()

    async def load(self, names: Collection[str]) -> Mapping[str, Document[T] | None]:
        """Load by name; None for a document that does not exist.

        Raises:
            AwsError: a document can be neither read nor served from the last good version.

        """
        kept = await self._documents.get(names)
        return {name: _aged(found.value, found) if found is not None else None for name, found in kept.items()}

    async def load_profiles(self) -> Mapping[str, Document[T] | None]:
        """Load the catalogue; None for a profile whose text cannot be parsed, so that one does not hide the others.

        Raises:
            AwsError: the catalogue can be neither read nor served from the last good one.

        """
        kept = (await self._catalogue.get([_CATALOGUE]))[_CATALOGUE]
        if kept is None:
            return {}
        return {name: _aged(found, kept) if found is not None else None for name, found in kept.value.items()}

    async def _read_documents(self, names: Collection[str]) -> Mapping[str, Outcome[Document[T]]]:
        texts = await self._source.load(names)
        return {name: None if text is None else self._parsed(text) for name, text in texts.items()}

    async def _read_catalogue(self, _: Collection[str]) -> Mapping[str, Outcome[Mapping[str, Document[T] | None]]]:
        texts = await self._source.load_profiles()
        parsed = {name: None if text is None else self._parsed(text) for name, text in texts.items()}
        usable = {name: None if isinstance(found, UnreadableError) else found for name, found in parsed.items()}
        return {_CATALOGUE: usable}

    def _parsed(self, text: Document[str]) -> Document[T] | UnreadableError:
        """Parse a document, or give what its very text was parsed to before: most reads find nothing new."""
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


def _aged(document: Document[T], kept: Kept[object]) -> Document[T]:
    return replace(document, age_s=kept.age_s, stale=kept.stale)
