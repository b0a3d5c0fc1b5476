"""Session policies that name a service nobody knows: AWS takes them, and they match nothing."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from sentinel.policy.aws_services import known_services
from sentinel.policy.lint import Lint
from shared.core.access.schema import AccessPolicy
from shared.core.fields import DocumentModel
from shared.core.policy_syntax import service_of
from shared.core.profile import Profile
from shared.core.session_policy import actions_of


def unknown_services(loaded: DocumentModel) -> Iterator[Lint]:
    """Find the actions of session policies, in an access policy or a profile, whose service is not known."""
    for place, policy in _session_policies(loaded):
        for action in dict.fromkeys(actions_of(policy)):
            service = service_of(action)
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
