"""What is valid in an access policy and yet most likely not meant."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from sentinel.policy.issuer_lint import lint_rules_of_issuers
from sentinel.policy.lint import Lint, bare_names
from shared.core.access.schema import AccessPolicy, Conditions, Rule
from shared.core.durations import CHAINING_MAXIMUM, format_duration
from shared.core.globs import matches_any
from shared.core.issuer import Issuer
from shared.core.profile import Profile
from shared.core.session_policy import UnusableSessionPolicyError, compose_session_policy

_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)
_UNSURE: Final = frozenset({"accounts", "roles", "source_ips", "authentication", "issuers", "claims", "groups"})
_GLOB_CHARACTERS: Final = frozenset("*?")


def lint_access(
    policy: AccessPolicy,
    profiles: Mapping[str, Profile] | None = None,
    issuers: Mapping[str, Issuer] | None = None,
) -> list[Lint]:
    """Find what is probably a mistake, in the order of the document; with the catalogue, by its names too.

    What concerns issuers comes last; with their documents, it is found by these too.
    """
    findings = []
    if all(rule.shadow for rule in policy.rules):
        findings.append(Lint("rules", "only-shadows", "every rule is a shadow, so everyone is denied"))
    for index, rule in enumerate(policy.rules):
        place = f"rules[{index}]"
        for check in _RULE_CHECKS:
            findings.extend(check(place, rule))
        findings.extend(_check_reach(place, rule, policy.rules[:index]))
        if profiles is not None:
            findings.extend(_check_catalogue(place, rule, profiles))
    findings.extend(bare_names((rule.conditions.users, rule.conditions.accounts) for rule in policy.rules))
    findings.extend(lint_rules_of_issuers(policy, issuers))
    return findings


def _check_duration(place: str, rule: Rule) -> Iterator[Lint]:
    if rule.max_duration is not None and rule.max_duration > CHAINING_MAXIMUM:
        yield Lint(
            f"{place}.max_duration",
            "clamped-duration",
            f"{format_duration(rule.max_duration)} becomes 1h: STS ends a session vended by a role after an hour",
        )


def _check_ignored(place: str, rule: Rule) -> Iterator[Lint]:
    if rule.session_table is not None:
        yield Lint(
            f"{place}.session_table",
            "ignored-key",
            "the service records every session in its own table: remove the key",
        )
    if rule.break_glass is not None and rule.effect not in ("deny", "require_approval"):
        yield Lint(f"{place}.break_glass", "ignored-key", "an allow rule needs no break-glass: remove the key")
    if rule.effect == "deny" and not rule.yields_to_break_glass:
        for key in ("max_duration", "session_policy"):
            if getattr(rule, key) is not None:
                yield Lint(f"{place}.{key}", "ignored-key", "this deny never issues a session: remove the key")


def _check_mode(place: str, rule: Rule) -> Iterator[Lint]:
    if rule.conditions.mode is not None and "server" not in rule.conditions.mode:
        yield Lint(
            f"{place}.conditions.mode",
            "never-matches",
            "everything vended here is server, so the rule never matches: remove mode, or the rule",
        )


def _check_everyone(place: str, rule: Rule) -> Iterator[Lint]:
    users = rule.conditions.users or ()
    if "*" in users and not any("/" in glob for glob in users):
        yield Lint(
            f"{place}.conditions.users",
            "star-misses-roles",
            '"*" never matches a slash, so no role/<name> caller: leave users out for everyone, or add "role/*"',
        )


def _check_zone(place: str, rule: Rule) -> Iterator[Lint]:
    window = rule.conditions.time
    if window is not None and window.hours is not None and "timezone" not in window.model_fields_set:
        yield Lint(
            f"{place}.conditions.time",
            "utc-by-default",
            "the hours are UTC: write timezone: UTC if that is meant, or a name such as Europe/Berlin",
        )


def _check_reach(place: str, rule: Rule, earlier_rules: tuple[Rule, ...]) -> Iterator[Lint]:
    for earlier in earlier_rules:
        if not earlier.shadow and _takes_all_of(earlier, rule):
            why = "matches everyone" if earlier.conditions == Conditions() else "has the same conditions"
            yield Lint(place, "unreachable", f"never reached: rule {earlier.name!r} before it {why}")
            return


def _takes_all_of(earlier: Rule, later: Rule) -> bool:
    if earlier.conditions == Conditions():
        return True
    if _as_sets(earlier.conditions) != _as_sets(later.conditions):
        return False
    # An unknown fact fails the earlier rule but holds in a later deny, which can then decide after all.
    asks_unsure_facts = earlier.conditions.model_fields_set & _UNSURE
    return earlier.effect == "deny" or later.effect != "deny" or not asks_unsure_facts


def _as_sets(conditions: Conditions) -> Mapping[str, object]:
    return {
        key: frozenset(value) if isinstance(value := getattr(conditions, key), tuple) else value
        for key in conditions.model_fields_set
    }


def _check_catalogue(place: str, rule: Rule, profiles: Mapping[str, Profile]) -> Iterator[Lint]:
    for index, glob in enumerate(rule.conditions.profiles or ()):
        if not _GLOB_CHARACTERS & set(glob) and glob not in profiles:
            where = f"{place}.conditions.profiles[{index}]"
            yield Lint(where, "unknown-profile", f"there is no profile {glob!r} in the catalogue")
    if rule.session_policy is None:
        return
    for name, profile in sorted(profiles.items()):
        if profile.session_policy is not None and _may_serve(rule, name):
            try:
                compose_session_policy([profile.session_policy, rule.session_policy], not_after=_LATEST)
            except UnusableSessionPolicyError as error:
                yield Lint(f"{place}.session_policy", "cannot-combine", f"with profile {name!r}: {error}")


def _may_serve(rule: Rule, profile: str) -> bool:
    return rule.conditions.profiles is None or matches_any(rule.conditions.profiles, profile)


_RULE_CHECKS: Final[tuple[Callable[[str, Rule], Iterator[Lint]], ...]] = (
    _check_duration,
    _check_ignored,
    _check_mode,
    _check_everyone,
    _check_zone,
)
