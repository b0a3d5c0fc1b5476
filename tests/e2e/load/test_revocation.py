"""The measurement of revocations runs, and its table has what it promises."""

from load.revocation import measure, render


async def test_a_short_measurement_fills_the_table() -> None:
    rounds = await measure(2)
    assert all(0 < each.kill_switch_ms <= each.answered_ms for each in rounds)
    title, _, head, *rows = render(rounds).splitlines()
    assert (title, head.split()) == ("2 rounds, milliseconds", ["p50", "p99"])
    assert [len(row.rsplit(maxsplit=2)) for row in rows] == [3, 3, 3]
