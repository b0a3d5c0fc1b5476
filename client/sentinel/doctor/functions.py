"""A Lambda function: whether it is there, served through its alias, and has a log that ends some day."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.findings import Finding, fail, unless, warn

ALIAS: Final = "live"
_LATEST: Final = "$LATEST"
_REQUIRED: Final = ("SENTINEL_API_ID", "SENTINEL_SESSION_TABLE", "SENTINEL_GRANT_TABLE")
# Settings of vend and admin, in addition to those of every function.
COUNTING: Final = ("SENTINEL_BUDGET_TABLE",)


async def check_function(aws: Aws, name: str, further: Sequence[str] = ()) -> list[Finding]:
    """Examine a function, its alias and its log group. Its settings are looked for by name; values are not shown.

    `further` are settings it needs in addition to those of every function.
    """
    about = f"function {name}"
    alias = await aws.find("lambda", "get_alias", FunctionName=name, Name=ALIAS)
    served = {} if alias is None else {"Qualifier": ALIAS}
    found = await aws.find("lambda", "get_function_configuration", FunctionName=name, **served)
    if found is None:
        return [
            fail(about, "there is no such function", "deploy it, or say what yours are called: --name, --authorizer")
        ]
    group = f"/aws/lambda/{name}"
    groups = await aws.all("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=group) or []
    exact = [each for each in groups if each["logGroupName"] == group]
    problems = [*_settings(about, found, further), *_served(about, alias), *_logs(about, group, exact)]
    return unless(problems, about, f"it is active, served through the alias {ALIAS}, and its log ends")


def _settings(about: str, found: Mapping[str, Any], further: Sequence[str]) -> Iterator[Finding]:
    if (state := found.get("State", "Active")) not in ("Active", "Inactive"):
        yield fail(about, f"its state is {state}", "see the function's StateReason in the Lambda console")
    variables = found.get("Environment", {}).get("Variables", {})
    if missing := [name for name in (*_REQUIRED, *further) if not variables.get(name)]:
        yield fail(about, f"it lacks {', '.join(missing)}", "set them; docs/settings.md says what they mean")


def _served(about: str, alias: Mapping[str, Any] | None) -> Iterator[Finding]:
    if alias is None:
        yield warn(
            about,
            f"it has no alias {ALIAS}: new code serves at once, and cannot be rolled back",
            "deploy with the alias",
        )
    elif alias["FunctionVersion"] == _LATEST:
        yield warn(about, f"its alias {ALIAS} is {_LATEST}: new code serves at once", "point it at a published version")


def _logs(about: str, group: str, found: list[Mapping[str, Any]]) -> Iterator[Finding]:
    if not found:
        yield fail(about, f"there is no log group {group}: audit lines go nowhere", "deploy it, with a retention")
    elif "retentionInDays" not in found[0]:
        yield warn(
            about,
            "its log is kept for ever",
            f"aws logs put-retention-policy --log-group-name {group} --retention-in-days 365",
        )
