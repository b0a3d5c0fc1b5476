"""The latency model: its configuration, the latencies it draws, and the floor it computes."""

from pathlib import Path
from statistics import median

import pytest

from load.aws_model.expressions import apply_update, read_condition
from load.aws_model.latency import DEFAULT_FILE, Ceiling, LatencySampler, read_config
from load.aws_model.ledger import Call, floor_s, question_floors, split_vends, vend_floors
from load.aws_model.services import AwsRefusalError

ITEM = {"user": {"S": "alice"}, "n": {"N": "9"}, "text": {"S": "abc"}}
VALUES = {":a": {"S": "alice"}, ":b": {"S": "bob"}, ":nine": {"N": "9"}, ":ten": {"N": "10"}, ":ab": {"S": "ab"}}


def call(operation: str, began: float, ended: float) -> Call:
    return Call(operation, began, ended)


class TestTheFile:
    def test_every_service_we_speak_to_has_a_latency(self) -> None:
        config = read_config()
        assert config.latency_of("sts.AssumeRole").median_ms > config.latency_of("dynamodb.Query").median_ms

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            (("median_ms = 4.0", "median_ms = 0"), "latency.dynamodb.median_ms"),
            (("tail = 0.01", "tail = 2"), "latency.dynamodb.tail"),
            (('[latency."sns"]', '[latency."sqs"]'), "missing for sns"),
            (("seed = 1", "sead = 1"), "sead"),
            (("seed = 1", "seed ="), "Invalid value"),
        ],
    )
    def test_what_it_cannot_say_is_refused_with_the_place(
        self, tmp_path: Path, change: tuple[str, str], place: str
    ) -> None:
        file = tmp_path / "latencies.toml"
        file.write_text(DEFAULT_FILE.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
        with pytest.raises(ValueError, match=place):
            read_config(file)


class TestTheSampler:
    def test_clients_of_one_lane_meet_the_same_latencies(self) -> None:
        sampler = LatencySampler(read_config())
        drawn = {
            key: [sampler.draw_s(key, "sts.AssumeRole") for _ in range(20)]
            for key in ("AKIAOURSLANE1", "AKIATHEIRSLANE1", "AKIAOURSLANE2")
        }
        assert drawn["AKIAOURSLANE1"] == drawn["AKIATHEIRSLANE1"] != drawn["AKIAOURSLANE2"]

    def test_the_median_is_the_one_that_was_asked_for(self) -> None:
        sampler = LatencySampler(read_config())
        delays = [sampler.draw_s("AKIALANE1", "ssm.GetParameters") * 1000 for _ in range(2000)]
        assert median(delays) == pytest.approx(read_config().latency_of("ssm").median_ms, rel=0.1)

    def test_there_is_none_where_none_is_wanted(self) -> None:
        assert LatencySampler(read_config(zero=True)).draw_s("AKIALANE1", "sts.AssumeRole") == 0

    def test_a_quota_admits_what_a_second_holds_and_refills(self) -> None:
        quota = Ceiling(3)
        assert [quota.admits(10.0) for _ in range(4)] == [True, True, True, False]
        assert [quota.admits(10.4) for _ in range(2)] == [True, False]


class TestTheFloor:
    def test_calls_side_by_side_cost_the_slowest_and_rounds_add_up(self) -> None:
        calls = [
            call("dynamodb.Query", 0.0, 0.004),
            call("dynamodb.BatchGetItem", 0.001, 0.009),
            call("sts.AssumeRole", 0.02, 0.045),
            call("dynamodb.PutItem", 0.02, 0.024),
        ]
        assert floor_s(calls, [frozenset({"sts.AssumeRole", "dynamodb.PutItem"})]) == pytest.approx(0.008 + 0.025)

    def test_consecutive_vends_are_distinguished(self) -> None:
        one = ["dynamodb.Query", "dynamodb.UpdateItem", "sts.AssumeRole", "dynamodb.PutItem"]
        calls = [call(name, at, at + 1) for at, name in enumerate(one * 3)]
        assert [[each.operation for each in vend] for vend in split_vends(calls)] == [one] * 3
        assert vend_floors(calls) == [2.0] * 3

    def test_a_question_to_an_authorizer_ends_with_its_read(self) -> None:
        calls = [
            call("sts.GetCallerIdentity", 0, 10),
            call("dynamodb.BatchGetItem", 11, 15),
            call("dynamodb.BatchGetItem", 20, 23),
        ]
        assert question_floors(calls) == [14.0, 3.0]


class TestExpressions:
    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("#u = :a", True),
            ("#u = :b OR n < :ten", True),
            ("#u = :b AND n < :ten", False),
            ("attribute_exists(n) AND (n >= :ten OR #u <> :b)", True),
            ("attribute_not_exists(missing)", True),
            ("missing < :ten", False),
            ("begins_with(text, :ab)", True),
            ("n BETWEEN :nine AND :ten", True),
        ],
    )
    def test_conditions_hold_as_dynamodbs_do(self, text: str, *, holds: bool) -> None:
        assert read_condition(text, {"#u": "user"}, VALUES)(ITEM) is holds

    def test_numbers_compare_as_numbers(self) -> None:
        assert read_condition("n < :ten", {}, VALUES)(ITEM)

    def test_updates_set_remove_and_add(self) -> None:
        item = dict(ITEM)
        apply_update(item, "SET #u = :b REMOVE text ADD n :ten", {"#u": "user"}, VALUES)
        assert item == {"user": {"S": "bob"}, "n": {"N": "19"}}

    @pytest.mark.parametrize("text", ["n ~ :ten", "contains(text, :ab)", "n < :unknown", "n < :ten AND", "n < :ten )"])
    def test_what_is_not_understood_is_refused_and_never_ignored(self, text: str) -> None:
        with pytest.raises(AwsRefusalError):
            read_condition(text, {}, VALUES)(ITEM)
