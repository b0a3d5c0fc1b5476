import asyncio
from collections.abc import Collection, Mapping

import pytest

from shared.aws.errors import AwsError, UnavailableError, UnreadableError
from shared.aws.ssm.document_cache import CachedDocuments
from shared.aws.ssm.documents import Document
from shared.aws.ssm.read_through import CacheLimits


class FakeSource:
    """Texts that can be changed, taken away, held back and made to fail."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.version = 1
        self.reads: list[list[str]] = []
        self.failure: AwsError | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()

    async def load(self, names: Collection[str]) -> Mapping[str, Document[str] | None]:
        self.reads.append(sorted(names))
        self.entered.set()
        await self.open.wait()
        if self.failure:
            raise self.failure
        return {name: self._document(name) for name in names}

    async def load_profiles(self) -> Mapping[str, Document[str] | None]:
        return await self.load(self.texts)

    def _document(self, name: str) -> Document[str] | None:
        return Document(name, self.texts[name], self.version, "digest") if name in self.texts else None


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class House:
    """A cache of numbers over a fake source."""

    def __init__(self, limits: CacheLimits = CacheLimits(ttl_s=5, max_stale_s=60), **texts: str) -> None:  # noqa: B008 - frozen
        self.source = FakeSource(**texts)
        self.clock = Clock()
        self.cache: CachedDocuments[int] = CachedDocuments(
            self.source,
            lambda _, text: int(text),
            limits=limits,
            monotonic=self.clock,
        )

    async def load(self, name: str = "a") -> Document[int] | None:
        return (await self.cache.load([name]))[name]

    async def value(self, name: str = "a") -> int | None:
        document = await self.load(name)
        return None if document is None else document.value


AWAY = UnavailableError("ssm", "away")


async def test_a_document_is_read_once_within_its_ttl() -> None:
    house = House(a="1")
    assert await house.value() == 1
    house.source.texts["a"] = "2"
    house.clock.now += 4.9
    assert await house.value() == 1
    house.clock.now += 0.1
    assert await house.value() == 2
    assert house.source.reads == [["a"], ["a"]]


async def test_only_what_is_due_is_read() -> None:
    house = House(a="1", b="2")
    await house.load("a")
    await house.cache.load(["a", "b"])
    assert house.source.reads == [["a"], ["b"]]


async def test_a_ttl_of_zero_reads_every_time() -> None:
    house = House(CacheLimits(ttl_s=0, max_stale_s=60), a="1")
    await house.load()
    await house.load()
    assert len(house.source.reads) == 2


async def test_an_answer_tells_its_age() -> None:
    house = House(a="1")
    await house.load()
    house.clock.now += 3
    document = await house.load()
    assert document is not None
    assert (document.age_s, document.stale) == (3, False)


async def test_a_failed_read_leaves_the_last_good_version_for_its_limit() -> None:
    house = House(a="1")
    await house.load()
    house.source.failure = AWAY
    house.clock.now += 60
    document = await house.load()
    assert document is not None
    assert (document.value, document.age_s, document.stale) == (1, 60, True)
    house.clock.now += 0.1
    with pytest.raises(UnavailableError):
        await house.load()


async def test_a_version_that_cannot_be_parsed_leaves_the_last_good_one_for_its_limit() -> None:
    house = House(a="1")
    await house.load()
    house.source.texts["a"] = "not a number"
    house.clock.now += 10
    assert await house.value() == 1
    house.clock.now += 60
    with pytest.raises(UnreadableError, match="document a version 1"):
        await house.load()


async def test_a_failing_source_is_asked_once_per_ttl_and_then_trusted_again() -> None:
    house = House(a="1")
    await house.load()
    house.source.failure = AWAY
    house.clock.now += 5
    await house.load()
    await house.load()
    assert len(house.source.reads) == 2
    house.source.failure = None
    house.clock.now += 5
    document = await house.load()
    assert document is not None
    assert not document.stale


async def test_a_first_read_that_fails_is_a_failure() -> None:
    house = House(a="1")
    house.source.failure = AWAY
    with pytest.raises(UnavailableError):
        await house.load()
    house.source.failure = None
    assert await house.value() == 1


async def test_one_document_that_cannot_be_parsed_fails_only_who_asks_for_it() -> None:
    house = House(a="1", b="x")
    with pytest.raises(UnreadableError):
        await house.cache.load(["a", "b"])
    assert await house.value("a") == 1


async def test_absence_is_remembered_for_a_ttl_and_never_served_stale() -> None:
    house = House()
    assert await house.value() is None
    assert await house.value() is None
    assert len(house.source.reads) == 1
    house.clock.now += 5
    house.source.failure = AWAY
    with pytest.raises(UnavailableError):
        await house.load()


async def test_a_deleted_document_is_gone_even_if_it_was_cached() -> None:
    house = House(a="1")
    await house.load()
    del house.source.texts["a"]
    house.clock.now += 5
    assert await house.value() is None
    house.source.failure = AWAY
    house.clock.now += 5
    with pytest.raises(UnavailableError):
        await house.load()


async def test_unknown_names_do_not_evict_valid_documents() -> None:
    house = House(a="1")
    await house.load()
    for number in range(1200):
        await house.load(f"unknown-{number}")
    reads = len(house.source.reads)
    await house.load("a")
    await house.load("unknown-1199")
    assert len(house.source.reads) == reads
    await house.load("unknown-0")
    assert len(house.source.reads) == reads + 1


async def test_many_callers_share_one_flight() -> None:
    house = House(a="1")
    house.source.open.clear()
    async with asyncio.TaskGroup() as tasks:
        callers = [tasks.create_task(house.value()) for _ in range(50)]
        await house.source.entered.wait()
        house.source.open.set()
    assert {caller.result() for caller in callers} == {1}
    assert len(house.source.reads) == 1


async def test_a_failure_is_shared_too() -> None:
    house = House(a="1")
    house.source.open.clear()
    house.source.failure = AWAY
    callers = [asyncio.create_task(house.value()) for _ in range(5)]
    await house.source.entered.wait()
    house.source.open.set()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(result, UnavailableError) for result in results)
    assert len(house.source.reads) == 1


async def test_a_cancelled_leader_hands_over_to_the_next_caller() -> None:
    house = House(a="1")
    house.source.open.clear()
    leader = asyncio.create_task(house.value())
    await house.source.entered.wait()
    follower = asyncio.create_task(house.value())
    await asyncio.sleep(0)
    house.source.entered.clear()
    leader.cancel()
    await house.source.entered.wait()
    house.source.open.set()
    assert await follower == 1
    assert leader.cancelled()


async def test_a_cancelled_follower_does_not_disturb_the_others() -> None:
    house = House(a="1")
    house.source.open.clear()
    leader = asyncio.create_task(house.value())
    await house.source.entered.wait()
    follower = asyncio.create_task(house.value())
    await asyncio.sleep(0)
    follower.cancel()
    house.source.open.set()
    assert await leader == 1


async def test_a_leader_cancelled_alone_leaves_no_lock() -> None:
    house = House(a="1")
    house.source.open.clear()
    leader = asyncio.create_task(house.value())
    await house.source.entered.wait()
    leader.cancel()
    await asyncio.wait([leader])
    house.source.open.set()
    assert await house.value() == 1


async def test_a_read_that_hangs_gives_way_to_the_last_good_version() -> None:
    house = House(CacheLimits(ttl_s=5, max_stale_s=60, read_timeout_s=0.01), a="1")
    await house.load()
    house.source.open.clear()
    house.clock.now += 5
    document = await house.load()
    assert document is not None
    assert document.stale


async def test_a_defect_in_the_parser_is_not_taken_for_a_bad_document() -> None:
    source = FakeSource(a="1")
    limits = CacheLimits()

    def broken(_: str, __: str) -> int:
        raise KeyError("defect")

    cache = CachedDocuments(source, broken, limits=limits, monotonic=Clock())
    for _ in range(2):
        with pytest.raises(KeyError):
            await cache.load(["a"])


async def test_a_profile_that_cannot_be_parsed_does_not_hide_the_others() -> None:
    house = House(a="1", b="x")
    profiles = await house.cache.load_profiles()
    assert profiles["b"] is None
    assert profiles["a"] is not None
    assert profiles["a"].value == 1


async def test_the_catalogue_ages_like_a_document() -> None:
    house = House(a="1")
    await house.cache.load_profiles()
    house.source.failure = AWAY
    house.clock.now += 6
    stale = (await house.cache.load_profiles())["a"]
    assert stale is not None
    assert (stale.age_s, stale.stale) == (6, True)
    house.clock.now += 60
    with pytest.raises(UnavailableError):
        await house.cache.load_profiles()


@pytest.mark.parametrize(
    ("ttl_s", "max_stale_s", "read_timeout_s"),
    [(-1, 60, 1), (5, 4, 1), (5, float("inf"), 1), (5, 60, 0), (float("nan"), 60, 1), (5, 60, float("inf"))],
)
def test_impossible_limits_are_refused(ttl_s: float, max_stale_s: float, read_timeout_s: float) -> None:
    with pytest.raises(ValueError, match="cache needs"):
        CacheLimits(ttl_s, max_stale_s, read_timeout_s)


async def test_a_text_that_has_not_changed_is_parsed_once_and_is_as_old_as_its_last_read() -> None:
    parsed: list[str] = []
    source, clock = FakeSource(a="1"), Clock()

    def parse(_: str, text: str) -> int:
        parsed.append(text)
        return int(text)

    cache = CachedDocuments(source, parse, limits=CacheLimits(ttl_s=5, max_stale_s=60), monotonic=clock)
    for text, read_times in (("1", 1), ("1", 2), ("2", 3), ("1", 4)):
        source.texts["a"] = text
        clock.now += 6
        found = (await cache.load(["a"]))["a"]
        assert found is not None
        assert (found.value, found.age_s, len(source.reads)) == (int(text), 0, read_times)
    assert parsed == ["1", "2", "1"]
    cache.forget()
    await cache.load(["a"])
    assert parsed == ["1", "2", "1", "1"]


async def test_the_same_text_under_a_new_version_says_the_new_version() -> None:
    house = House(CacheLimits(ttl_s=0, max_stale_s=0), a="1")
    first = await house.load()
    house.source.version = 2
    second = await house.load()
    assert first is not None
    assert second is not None
    assert (first.version, second.version) == (1, 2)
