"""`sentinel policy push`, `pull` and `diff` against Parameter Store (moto, which checks none of its sizes)."""

import json
from pathlib import Path
from random import Random
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from sentinel.policy.parameter_store import ChangedMeanwhileError, ParameterStore, ParameterStoreError, StoredParameter
from tests.unit.client.policy.conftest import EXAMPLES, Sentinel

pytestmark = pytest.mark.usefixtures("aws")
NAME = "/sentinel/policies/access"
TEXT = 'version: "1"\r\nrules: [{name: everyone, effect: allow, conditions: {}}]  # no line end'


def ssm() -> Any:
    return botocore.session.get_session().create_client("ssm", region_name="eu-central-1")


def stored(name: str = NAME) -> str:
    value: str = ssm().get_parameter(Name=name)["Parameter"]["Value"]
    return value


def write(text: str) -> None:
    Path("access.yaml").write_bytes(text.encode())


def padding(characters: int) -> str:
    """Comments that do not compress."""
    random = Random(7)  # noqa: S311 - incompressible, not secret
    return "\n# " + "".join(
        random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=characters)
    )


def test_what_was_pushed_is_pulled_byte_for_byte_and_pushing_it_again_changes_nothing(sentinel: Sentinel) -> None:
    write(TEXT)
    assert sentinel("push", "access.yaml", "--yes").exit_code == 0
    pulled = sentinel("pull")
    assert pulled.stdout_bytes == TEXT.encode()
    again = sentinel("push", "--yes", stdin=pulled.stdout_bytes)
    assert (again.exit_code, again.stdout) == (0, f"{NAME}: no change (version 1)\n")


def test_a_push_shows_the_difference_and_asks(sentinel: Sentinel) -> None:
    write(TEXT)
    sentinel("push", "access.yaml", "--yes")
    write(TEXT.replace("everyone", "all"))
    declined = sentinel("push", "access.yaml", stdin="n\n")
    assert declined.exit_code == 1
    assert "-rules: [{name: everyone," in declined.output
    assert "+rules: [{name: all," in declined.output
    assert stored() == TEXT
    assert sentinel("push", "access.yaml", stdin="y\n").exit_code == 0
    assert stored() == TEXT.replace("everyone", "all")


def test_an_invalid_document_is_never_pushed(sentinel: Sentinel) -> None:
    write(TEXT.replace("allow", "alow"))
    result = sentinel("push", "access.yaml", "--yes")
    assert result.exit_code == 2
    assert 'did you mean "allow"?' in result.stderr
    assert not ssm().describe_parameters()["Parameters"]


def test_lints_are_shown_and_do_not_stop_a_push(sentinel: Sentinel) -> None:
    write(TEXT.replace("conditions: {}", "conditions: {}, max_duration: 3h"))
    result = sentinel("push", "access.yaml", "--yes")
    assert result.exit_code == 0
    assert "[clamped-duration]" in result.stderr


def test_a_profile_is_pushed_under_its_name_and_the_prefix(sentinel: Sentinel) -> None:
    file = EXAMPLES / "profiles" / "dev.yaml"
    assert sentinel("push", file, "--name", "dev", "--prefix", "/team/", "--yes").exit_code == 0
    assert stored("/team/profiles/dev") == file.read_text()
    assert sentinel("pull", "--name", "dev", "--prefix", "/team").stdout == file.read_text()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("kind", ["access", "approval", "break-glass", "admin"])
def test_a_policy_is_pushed_to_its_own_parameter_without_an_option(sentinel: Sentinel, kind: str) -> None:
    file = EXAMPLES / f"{kind}.yaml"
    pushed = sentinel("push", file, "--yes")
    assert f"/sentinel/policies/{kind}: stored as version 1" in pushed.output
    assert sentinel("pull", "--kind", kind).output == file.read_text()
    assert sentinel("diff", file).exit_code == 0


@pytest.mark.parametrize(
    "options",
    [["--kind", "profile"], ["--kind", "access", "--name", "x"], ["--name", "a/b"], ["--prefix", "team"]],
)
def test_options_that_name_no_parameter_exit_with_2(sentinel: Sentinel, options: list[str]) -> None:
    write(TEXT)
    assert sentinel("push", "access.yaml", "--yes", *options).exit_code == 2


def test_a_document_too_long_for_a_parameter_is_packed_and_pulled_as_written(sentinel: Sentinel) -> None:
    text = TEXT + "\n# words" * 1000
    write(text)
    report = json.loads(sentinel("push", "access.yaml", "--yes", "--json").stdout)
    assert report == {"parameter": NAME, "changed": True, "packed": True, "version": 1}
    assert stored().startswith("gzip:")
    assert sentinel("pull").stdout_bytes == text.encode()


def test_a_document_that_does_not_fit_is_refused_with_its_sizes_unless_advanced_is_allowed(sentinel: Sentinel) -> None:
    write(TEXT + padding(5000))
    refused = sentinel("push", "access.yaml", "--yes")
    assert refused.exit_code == 1
    assert "bytes gzipped, of 4096 that fit" in refused.stderr
    assert "--advanced" in refused.stderr
    assert sentinel("push", "access.yaml", "--yes", "--advanced").exit_code == 0
    assert ssm().describe_parameters()["Parameters"][0]["Tier"] == "Advanced"
    write(TEXT + padding(12_000))
    assert sentinel("push", "access.yaml", "--yes", "--advanced").exit_code == 1


def test_an_advanced_parameter_takes_a_document_of_any_size(sentinel: Sentinel) -> None:
    """AWS makes no standard parameter of it again: nor does a push ask for that."""
    write(TEXT + padding(5000))
    assert sentinel("push", "access.yaml", "--yes", "--advanced").exit_code == 0
    write(TEXT)
    assert sentinel("push", "access.yaml", "--yes").exit_code == 0
    assert stored() == TEXT


def test_a_parameter_a_deployment_made_advanced_takes_a_small_document(sentinel: Sentinel) -> None:
    ssm().put_parameter(Name=NAME, Value="# " + "x" * 5000, Type="String", Tier="Intelligent-Tiering")
    write(TEXT)
    assert sentinel("push", "access.yaml", "--yes").exit_code == 0
    assert stored() == TEXT


def test_double_braces_are_refused_with_their_line(sentinel: Sentinel) -> None:
    write(TEXT + "\n# {{secret}}")
    result = sentinel("push", "access.yaml", "--yes")
    assert result.exit_code == 1
    assert 'line 3 holds "{{"' in result.stderr


def test_a_document_on_standard_input_needs_yes_to_be_stored(sentinel: Sentinel) -> None:
    result = sentinel("push", stdin=TEXT)
    assert result.exit_code == 2
    assert "pass --yes" in result.stderr


def test_diff_exits_with_1_where_something_differs(sentinel: Sentinel) -> None:
    write(TEXT)
    first = sentinel("diff", "access.yaml")
    assert first.exit_code == 1
    assert "(not stored yet)" in first.stdout
    assert "\\ No newline at end of file" in first.stdout
    sentinel("push", "access.yaml", "--yes")
    same = sentinel("diff", "access.yaml", "--json")
    assert (same.exit_code, json.loads(same.stdout)["changed"]) == (0, False)


def test_pull_writes_a_file_or_json(sentinel: Sentinel) -> None:
    write(TEXT)
    sentinel("push", "access.yaml", "--yes")
    assert sentinel("pull", "--output", "copy.yaml").exit_code == 0
    assert Path("copy.yaml").read_bytes() == TEXT.encode()
    assert json.loads(sentinel("pull", "--json").stdout) == {"parameter": NAME, "version": 1, "document": TEXT}


def test_pulling_what_is_not_there_exits_with_2(sentinel: Sentinel) -> None:
    result = sentinel("pull")
    assert result.exit_code == 2
    assert f"there is no parameter {NAME}" in result.stderr


def test_something_unreadable_in_store_can_be_replaced_but_not_pulled(sentinel: Sentinel) -> None:
    ssm().put_parameter(Name=NAME, Value="gzip:broken", Type="String")
    assert sentinel("pull").exit_code == 2
    write(TEXT)
    assert sentinel("push", "access.yaml", "--yes").exit_code == 0
    assert stored() == TEXT


def test_a_secret_parameter_is_left_alone(sentinel: Sentinel) -> None:
    ssm().put_parameter(Name=NAME, Value="x", Type="SecureString")
    write(TEXT)
    result = sentinel("push", "access.yaml", "--yes")
    assert result.exit_code == 2
    assert "SecureString" in result.stderr


def test_a_version_stored_since_the_comparison_stops_the_push(
    sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(TEXT)
    sentinel("push", "access.yaml", "--yes")

    def confirm(*_: object, **__: object) -> bool:
        ssm().put_parameter(Name=NAME, Value="# somebody else's", Type="String", Overwrite=True)  # codespell:ignore
        return True

    monkeypatch.setattr("click.confirm", confirm)
    write(TEXT.replace("everyone", "all"))
    result = sentinel("push", "access.yaml")
    assert result.exit_code == 1
    assert "was changed meanwhile" in result.stderr
    assert stored() == "# somebody else's"  # codespell:ignore


def test_a_parameter_created_since_the_comparison_is_not_overwritten() -> None:
    store = ParameterStore(ssm(), "/sentinel")
    ssm().put_parameter(Name=NAME, Value="theirs", Type="String")
    with pytest.raises(ChangedMeanwhileError, match="was created meanwhile"):
        store.put("policies/access", "ours", replacing=None, advanced=False)
    assert stored() == "theirs"


class RacedClient:
    """Another writer comes between our last read and our write."""

    def __init__(self) -> None:
        self._ssm = ssm()
        self.exceptions = self._ssm.exceptions

    def get_parameter(self, **request: Any) -> Any:
        return self._ssm.get_parameter(**request)

    def put_parameter(self, **request: Any) -> Any:
        self._ssm.put_parameter(**request | {"Value": "theirs"})
        return self._ssm.put_parameter(**request)


def test_a_concurrent_write_is_reported_afterwards() -> None:
    ssm().put_parameter(Name=NAME, Value="old", Type="String")
    store = ParameterStore(RacedClient(), "/sentinel")
    with pytest.raises(ChangedMeanwhileError, match="compare version 2 in its history"):
        store.put("policies/access", "ours", replacing=StoredParameter("old", 1), advanced=False)


class DeniedClient:
    """Parameter Store for a caller who may not write."""

    def __init__(self) -> None:
        self.exceptions = ssm().exceptions

    def put_parameter(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutParameter")


def test_an_answer_of_aws_that_is_an_error_names_the_parameter() -> None:
    store = ParameterStore(DeniedClient(), "/sentinel")
    with pytest.raises(ParameterStoreError, match=r"cannot store /sentinel/policies/access: .*AccessDenied"):
        store.put("policies/access", "ours", replacing=None, advanced=False)


class AdvancedOnlyClient(DeniedClient):
    """Parameter Store where the tier that is asked for will not do."""

    def put_parameter(self, **_: Any) -> Any:
        message = "You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier."
        raise ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "PutParameter")


def test_a_refused_tier_names_the_option_that_helps() -> None:
    store = ParameterStore(AdvancedOnlyClient(), "/sentinel")
    with pytest.raises(ParameterStoreError, match="--advanced"):
        store.put("policies/access", "ours", replacing=None, advanced=False)


def test_an_unknown_aws_profile_exits_with_2(sentinel: Sentinel) -> None:
    result = sentinel("pull", "--aws-profile", "nobody")  # codespell:ignore
    assert result.exit_code == 2
    assert "nobody" in result.stderr  # codespell:ignore


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("url: https://hooks.example.com/T0P-SECRET\nsecret: 0123456789abcdef0123456789abcdef\n", "webhooks/NAME"),
        ("url: https://jira.example.com/{ticket}?T0P-SECRET\nfield: state\nvalues: [Open]\n", "tickets/NAME"),
        (
            "team_id: T0ACME\nbot_token: xoxb-T0P-SECRET\nsigning_secret: 0123456789abcdef0123456789abcdef\n",
            "chat/slack",
        ),
    ],
)
def test_a_document_with_secrets_is_not_stored_as_plain_text(sentinel: Sentinel, text: str, parameter: str) -> None:
    write(text)
    for options in ([], ["--kind", "access"], ["--name", "ops"], ["--kind", "profile", "--name", "ops"]):
        result = sentinel("push", "access.yaml", "--yes", *options)
        assert result.exit_code == 2
        assert "SecureString" in result.output
        assert f"/sentinel/{parameter} " in result.output
        assert "T0P-SECRET" not in result.output
    for kind in ("webhook", "ticket-lookup", "slack"):
        assert sentinel("push", "access.yaml", "--yes", "--kind", kind).exit_code == 2
    assert ssm().describe_parameters()["Parameters"] == []


@pytest.mark.parametrize("hidden", ["\r", "\u2028", "\u202e", "\x85"])
def test_a_difference_shows_what_a_terminal_would_not(sentinel: Sentinel, hidden: str) -> None:
    """YAML ends a line where a terminal begins it again, or does not end it."""
    write(TEXT)
    sentinel("push", "access.yaml", "--yes")
    write(TEXT + f"\n# nothing{hidden}#to see here\n")
    shown = sentinel("diff", "access.yaml").stdout
    assert hidden not in shown
    assert f"+# nothing{hidden.encode('unicode_escape').decode()}#to see here\n" in shown


def test_line_ends_are_a_difference_where_nothing_else_is(sentinel: Sentinel) -> None:
    write(TEXT)
    sentinel("push", "access.yaml", "--yes")
    write(TEXT.replace("\r\n", "\n"))
    shown = sentinel("diff", "access.yaml").stdout
    assert '-version: "1"\\r\n+version: "1"\n' in shown
    write(TEXT.replace("everyone", "all"))
    assert "\\r" not in sentinel("diff", "access.yaml").stdout
