"""A caller chooses the name of a profile; what that may make a cache ask its source for."""

from collections.abc import Collection, Mapping

import pytest

from shared.aws.errors import AwsError, UnavailableError, UnreadableError
from shared.aws.ssm.document_cache import CachedDocuments
from shared.aws.ssm.documents import Document
from shared.aws.ssm.read_through import CacheLimits

POLICY = "policies/access"
AWAY = UnavailableError("ssm", "away")


class Source:
    """A policy and a catalogue; notes the names it is asked for, and how often it is listed."""

    def __init__(self, *profiles: str) -> None:
        self.texts = {POLICY: "0", **{f"profiles/{name}": "1" for name in profiles}}
        self.asked: list[str] = []
        self.listings = 0
        self.failure: AwsError | None = None

    async def load(self, names: Collection[str]) -> Mapping[str, Document[str] | None]:
        self.asked += names
        return {name: self._find(name) for name in names}

    async def load_profiles(self) -> Mapping[str, Document[str] | None]:
        self.listings += 1
        if self.failure is not None:
            raise self.failure
        names = [name for name in self.texts if name.startswith("profiles/")]
        return {name.removeprefix("profiles/"): self._find(name) for name in names}

    def _find(self, name: str) -> Document[str] | None:
        return Document(name, self.texts[name], 1, "digest") if name in self.texts else None


class House:
    def __init__(self, *profiles: str, guesses: bool = False, ttl_s: float = 5) -> None:
        self.now = 1000.0
        self.source = Source(*profiles)
        self.cache: CachedDocuments[int] = CachedDocuments(
            self.source,
            lambda _, text: int(text),
            limits=CacheLimits(ttl_s=ttl_s, max_stale_s=300),
            monotonic=lambda: self.now,
            guesses=guesses,
        )

    async def find(self, profile: str) -> Document[int] | AwsError | None:
        name = f"profiles/{profile}"
        return (await self.cache.find([POLICY, name]))[name]


@pytest.mark.parametrize("guesses", [False, True])
async def test_a_thousand_made_up_names_cost_one_listing(*, guesses: bool) -> None:
    house = House("dev", guesses=guesses)
    for number in range(1000):
        assert await house.find(f"made-up-{number}") is None
    assert house.source.listings == 1
    assert [name for name in house.source.asked if name != POLICY] == ["profiles/made-up-0"] * guesses


@pytest.mark.parametrize("guesses", [False, True])
async def test_per_ttl_they_cost_no_more_than_one_name_and_one_listing(*, guesses: bool) -> None:
    house = House("dev", guesses=guesses)
    for number in range(100):
        await house.find(f"made-up-{number}")
        house.now += 1
    assert house.source.listings <= 20
    assert len([name for name in house.source.asked if name != POLICY]) <= 20 * guesses


async def test_the_first_caller_of_a_process_waits_for_no_listing() -> None:
    house = House("dev", guesses=True)
    assert isinstance(await house.find("dev"), Document)
    assert set(house.source.asked) == {POLICY, "profiles/dev"}
    assert house.source.listings == 0


async def test_a_listed_profile_is_asked_for_by_its_name_from_then_on() -> None:
    house = House("dev", "prod")
    assert isinstance(await house.find("dev"), Document)
    house.now += 5
    house.source.texts["profiles/prod"] = "2"
    found = await house.find("prod")
    assert isinstance(found, Document)
    assert (found.value, found.age_s) == (2, 0)
    assert house.source.listings == 1


async def test_a_profile_that_is_new_is_found_once_the_listing_is_due() -> None:
    house = House("dev")
    await house.find("dev")
    house.source.texts["profiles/new"] = "7"
    assert await house.find("new") is None
    house.now += 5
    assert isinstance(await house.find("new"), Document)


async def test_a_profile_that_was_taken_away_is_gone_with_the_ttl() -> None:
    house = House("dev")
    await house.find("dev")
    await house.find("dev")
    del house.source.texts["profiles/dev"]
    house.now += 5
    assert await house.find("dev") is None


async def test_a_long_catalogue_is_listed_the_more_rarely() -> None:
    house = House(*(f"p{number}" for number in range(95)))
    for _ in range(100):
        await house.find("made-up")
        house.now += 1
    # Ten pages of ten: fifty seconds instead of five.
    assert house.source.listings == 2


async def test_a_catalogue_that_cannot_be_listed_decides_nothing_and_stops_nothing_else() -> None:
    house = House("dev")
    house.source.failure = AWAY
    assert await house.find("dev") is AWAY
    assert isinstance((await house.cache.find([POLICY]))[POLICY], Document)
    with pytest.raises(UnavailableError):
        await house.cache.load(["profiles/dev"])


async def test_a_listed_profile_that_is_no_document_is_an_error_and_no_absence() -> None:
    house = House("dev")
    house.source.texts["profiles/dev"] = "no number"
    assert isinstance(await house.find("dev"), UnreadableError)


async def test_without_a_ttl_nothing_is_kept() -> None:
    house = House("dev", ttl_s=0)
    assert await house.find("new") is None
    house.source.texts["profiles/new"] = "1"
    assert isinstance(await house.find("new"), Document)
