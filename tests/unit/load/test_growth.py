"""The soak's detector: what grows is found, however it grows; what does not is left in peace."""

import random

import pytest

from load.soak.verdict import PARTS, Growth, TooFewValuesError, find_growth

SECONDS = 90
ALLOWED = 1000.0


def noise(seed: int, most: float) -> list[float]:
    chance = random.Random(seed)  # noqa: S311 - the same noise in every run
    return [50_000 + chance.random() * most for _ in range(SECONDS)]


def garbage(period_s: int, each_s: float) -> list[float]:
    return [(second % period_s) * each_s for second in range(SECONDS)]


def added(*parts: list[float]) -> Growth:
    return find_growth([sum(values) for values in zip(*parts, strict=True)])


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_leak_is_found_in_noise_of_its_own_size(seed: int) -> None:
    leak = [second * 40.0 for second in range(SECONDS)]
    found = added(noise(seed, 1000), leak)
    assert found.exceeds(ALLOWED)
    assert found.amount == pytest.approx(40 * SECONDS * (PARTS - 1) / PARTS, rel=0.2)


@pytest.mark.parametrize("seed", range(5))
def test_a_leak_in_steps_is_found(seed: int) -> None:
    leak = [(second // 20) * 1024.0 for second in range(SECONDS)]
    assert added(noise(seed, 200), leak).exceeds(ALLOWED)


def test_a_leak_under_garbage_that_is_collected_now_and_then_is_found() -> None:
    leak = [second * 40.0 for second in range(SECONDS)]
    assert added(garbage(6, 3000), leak).exceeds(ALLOWED)


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_leak(seed: int) -> None:
    assert not added(noise(seed, 20_000)).exceeds(ALLOWED)


def test_garbage_that_is_collected_now_and_then_is_no_leak() -> None:
    assert not added(noise(1, 200), garbage(6, 5000)).exceeds(ALLOWED)


@pytest.mark.parametrize("at_s", range(0, SECONDS, 5))
def test_a_single_step_is_no_leak_wherever_it_comes(at_s: int) -> None:
    step = [float(second >= at_s) for second in range(SECONDS)]
    assert not find_growth(step).exceeds(0)


def test_one_more_descriptor_now_and_then_is_a_leak() -> None:
    assert find_growth([10.0 + second // 25 for second in range(SECONDS)]).exceeds(1)


def test_what_fills_up_and_stays_full_is_no_leak() -> None:
    assert not find_growth([min(second * 500.0, 5000.0) for second in range(SECONDS)]).exceeds(ALLOWED)


def test_what_shrinks_is_no_leak() -> None:
    assert not find_growth([-100.0 * second for second in range(SECONDS)]).exceeds(0)


def test_a_growth_within_what_is_allowed_passes() -> None:
    steady = find_growth([float(second) for second in range(SECONDS)])
    assert steady.tau == 1
    assert not steady.exceeds(ALLOWED)


def test_too_few_values_are_no_proof_of_anything() -> None:
    with pytest.raises(TooFewValuesError, match="23 values"):
        find_growth([0.0] * (2 * PARTS - 1))
