"""Which rules could be narrower, and why: what of them was not used is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, Final, TypeAlias

from sentinel.evidence.suggesting.uses import Entries, RuleUse, Uses
from sentinel.evidence.suggesting.widening import why_not_narrower
from shared.core.access.schema import AccessPolicy, Rule
from shared.core.durations import STS_MINIMUM, format_duration
from shared.core.globs import is_literal

# Durations are suggested in steps of a quarter of an hour, the shortest that there is.
_STEP: Final = STS_MINIMUM


@dataclass(frozen=True, slots=True)
class RemoveRule:
    """Leave the rule out."""

    rule: str
    reason: str
    place: str = "rule"


@dataclass(frozen=True, slots=True)
class NarrowList:
    """Write other entries: for each one that there is, none, itself, or the names that used it.

    Where the rule has no such list, `entries` is one new list.
    """

    rule: str
    place: str
    entries: tuple[tuple[str, ...], ...]
    reason: str
    is_new: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(name for names in self.entries for name in names)


@dataclass(frozen=True, slots=True)
class Shorten:
    """Write a shorter `max_duration`."""

    rule: str
    duration: timedelta
    reason: str
    place: str = "max_duration"


Change: TypeAlias = RemoveRule | NarrowList | Shorten


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The narrower policy, what is changed, and the rules that stay as they are, each with the reason."""

    policy: AccessPolicy
    changes: Sequence[Change]
    kept: Sequence[tuple[str, str]]


def suggest(policy: AccessPolicy, uses: Uses, *, by_address: bool) -> Suggestion:
    """Suggest a narrower policy. `by_address`: also by the addresses that requests came from.

    A deny and a shadow rule stay as they are: the one protects, the other decides nothing.
    """
    rules: list[Rule] = []
    changes: list[Change] = []
    kept: list[tuple[str, str]] = []
    for rule in policy.rules:
        if rule.effect == "deny" or rule.shadow:
            rules.append(rule)
            continue
        found = list(_narrow(rule, uses[rule.name], by_address=by_address))
        why_not = why_not_narrower(policy, rule)
        if why_not is not None and any(not isinstance(each, Shorten) for each in found):
            kept.append((rule.name, why_not))
            found = [each for each in found if isinstance(each, Shorten)]
        changes += found
        if not any(isinstance(each, RemoveRule) for each in found):
            rules.append(_apply(rule, found))
    return Suggestion(policy.model_copy(update={"rules": tuple(rules)}), changes, kept)


def _narrow(rule: Rule, use: RuleUse, *, by_address: bool) -> Iterator[Change]:
    if not use.count:
        yield RemoveRule(rule.name, "nothing was allowed by it in this time")
        return
    yield from _narrow_list(rule, "users", use.users)
    yield from _narrow_list(rule, "profiles", use.profiles)
    longest = -(-use.longest // _STEP) * _STEP
    if timedelta(0) < longest < rule.cap:
        yield Shorten(rule.name, longest, f"no session was longer than {format_duration(use.longest)}")
    if by_address and not use.is_address_unknown:
        yield from _narrow_addresses(rule, use)


def _narrow_list(rule: Rule, place: str, used: Entries) -> Iterator[NarrowList]:
    entries = [_narrowed(glob, names, used.most) for glob, names in zip(used.globs, used.names, strict=True)]
    if any(names != (glob,) for glob, names in zip(used.globs, entries, strict=True)):
        reasons = _reasons(place, used.globs, entries)
        yield NarrowList(rule.name, place, tuple(entries), "; ".join(reasons))


def _narrowed(glob: str, names: set[str], most: int) -> tuple[str, ...]:
    if not names:
        return ()
    return (glob,) if is_literal(glob) or len(names) > most else tuple(sorted(names))


def _reasons(place: str, globs: Sequence[str], entries: Sequence[tuple[str, ...]]) -> Iterator[str]:
    noun = place.removesuffix("s")
    for glob, names in zip(globs, entries, strict=True):
        if not names:
            yield f"{glob} was not used" if noun == "profile" else f"{glob} did not use it"
        elif names != (glob,):
            yield f"of {glob}, only {', '.join(names)}" + (" was used" if noun == "profile" else " used it")


def _narrow_addresses(rule: Rule, use: RuleUse) -> Iterator[NarrowList]:
    if rule.conditions.source_ips is None:
        if len(use.addresses) <= use.most:
            networks = sorted((ip_network(each) for each in use.addresses), key=lambda each: (each.version, each))
            names = tuple(str(each.network_address) for each in networks)
            yield NarrowList(rule.name, "source_ips", (names,), "it was used from no other address", is_new=True)
        return
    written = [str(network) for network in rule.conditions.source_ips]
    entries = [(network,) if place in use.used_networks else () for place, network in enumerate(written)]
    unused = [network for place, network in enumerate(written) if place not in use.used_networks]
    if unused and len(unused) < len(entries):
        yield NarrowList(rule.name, "source_ips", tuple(entries), f"not used from {', '.join(unused)}")


def _apply(rule: Rule, changes: Sequence[Change]) -> Rule:
    conditions: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    for each in changes:
        if isinstance(each, Shorten):
            changed["max_duration"] = each.duration
        elif isinstance(each, NarrowList):
            values = map(ip_network, each.values) if each.place == "source_ips" else each.values
            conditions[each.place] = tuple(values)
    if conditions:
        changed["conditions"] = rule.conditions.model_copy(update=conditions)
    return rule.model_copy(update=changed)
