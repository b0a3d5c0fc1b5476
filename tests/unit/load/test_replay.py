from pathlib import Path

from load.replay import Cost, make_policy, measure, write_lines
from sentinel.evidence.records import Unread
from sentinel.evidence.replaying.judging import Replay
from sentinel.evidence.replaying.run import Replaying
from sentinel.evidence.sources import read_records


def test_the_lines_that_are_measured_can_be_replayed_exactly(tmp_path: Path) -> None:
    write_lines(tmp_path / "lines", 600)
    replaying = Replaying(Replay(make_policy(is_new=False)))
    for record in read_records(tmp_path / "lines", Unread()):
        replaying.take(record.fields)
    tally = replaying.tally
    assert (tally.exact, tally.without, tally.doubts, tally.changed.total()) == (540, 60, {}, 0)
    assert measure(tmp_path / "lines", 600).changed > 0


def test_a_cost_over_what_is_promised_is_said() -> None:
    kept = Cost(10, 1, parse_s=1, replay_s=15, early_mib=1, peak_mib=1, changed=0)
    assert "kept" in kept.render()
    assert "NOT KEPT" in Cost(10, 1, parse_s=1, replay_s=15.1, early_mib=1, peak_mib=1, changed=0).render()
