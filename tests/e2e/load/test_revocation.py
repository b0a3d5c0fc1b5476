"""The measurement of revocations runs, and its table has what it promises."""

from load.revocation import measure, render


async def test_a_short_measurement_fills_the_table() -> None:
    rounds = await measure(2)
    assert all(0 < each.kill_switch_ms <= each.answered_ms for each in rounds)
    head, _, *rows = render(rounds).splitlines()
    assert head == "| 2 rounds, milliseconds | p50 | p99 |"
    assert len(rows) == 3
    assert all(float(cell) > 0 for row in rows for cell in row.strip("| ").split(" | ")[1:])
