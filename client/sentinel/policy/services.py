"""Session policies that name an unknown service: AWS accepts them, and they match nothing."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader

from sentinel.policy.lint import Lint
from shared.core.access.schema import AccessPolicy
from shared.core.fields import DocumentModel
from shared.core.profile import Profile

# Service Authorization Reference: prefixes that are neither a service nor an endpoint of botocore's.
_WITHOUT_AN_API: Final = {
    "aws-marketplace", "aws-marketplace-management", "aws-portal", "backup-storage", "chime", "cloudshell",
    "codewhisperer", "consoleapp", "consolidatedbilling", "dataexchange", "deepcomposer", "ec2messages",
    "execute-api", "iq", "iq-permission", "kafka-cluster", "lex", "mobiletargeting", "neptune-db", "nimble", "one",
    "payments", "purchase-orders", "q", "qldb", "rds-db", "s3-object-lambda", "s3express", "sqlworkbench",
    "ssmmessages", "tag", "timestream", "ts", "user-subscriptions", "vendor-insights", "vpc-lattice-svcs",
    "wellarchitected", "workdocs",
}  # fmt: skip


@cache
def known_services() -> frozenset[str]:
    """Return every service prefix this client knows. AWS may have newer ones, so an unknown one is only a warning."""
    loader = Loader()
    endpoints = loader.load_data("endpoints")
    served = {service for partition in endpoints["partitions"] for service in partition["services"]}
    return frozenset(_WITHOUT_AN_API | served).union(loader.list_available_services("service-2"))


def unknown_services(loaded: DocumentModel) -> Iterator[Lint]:
    """Find the actions of session policies, in an access policy or a profile, whose service is not known."""
    for place, policy in _session_policies(loaded):
        for action in dict.fromkeys(_actions_of(policy)):
            service = _service_of(action)
            if service is not None and service not in known_services():
                close = get_close_matches(service, known_services(), n=1)
                remedy = f"did you mean {close[0]}?" if close else "look it up in the Service Authorization Reference"
                message = (
                    f"{action!r}: no service is known by the prefix {service!r}, so it would match nothing; {remedy}"
                )
                yield Lint(place, "unknown-service", message)


def _session_policies(loaded: DocumentModel) -> Iterator[tuple[str, Mapping[str, Any]]]:
    match loaded:
        case AccessPolicy():
            for index, rule in enumerate(loaded.rules):
                if rule.session_policy is not None:
                    yield f"rules[{index}].session_policy", rule.session_policy
        case Profile() if loaded.session_policy is not None:
            yield "session_policy", loaded.session_policy
        case _:
            pass


def _actions_of(policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield the actions a checked session policy names, those it excepts too."""
    for statement in policy["Statement"]:
        for key in ("Action", "NotAction"):
            named = statement.get(key, [])
            yield from [named] if isinstance(named, str) else named


def _service_of(action: str) -> str | None:
    """Return the prefix of the service an action belongs to, in lower case; None for `*`."""
    prefix, colon, _ = action.partition(":")
    return prefix.lower() if colon else None
