"""The audit line of an invocation: everything known about one request, by field."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from shared.clock import monotonic_s
from shared.edge.traces import subsegment

KIND: Final = "sentinel.audit"
# Raised when a field changes its meaning or its type, or is no longer written; a new field does not raise it.
SCHEMA_VERSION: Final = "1"
Outcome = Literal["issued", "allowed", "answered", "refused", "failed"]
Seconds = int | None
Text = str | None


@dataclass(slots=True)
class AuditLine:
    """Everything known about one request. A field that is not known, or is empty, is not written.

    Each field says what it means; docs/audit.md and the JSON Schema are generated from that.
    """

    time: Annotated[datetime, "When the invocation began, in UTC."]
    service: Annotated[str, "`vend`, `admin` or `authorizer`."]
    request_id: Annotated[str, "Lambda's request id; error responses have it, too."]
    deployment: Annotated[Text, "The name of the deployment."] = None
    process: Annotated[Text, "The process that wrote the line: 32 hexadecimal digits, drawn when it started."] = None
    sequence: Annotated[int | None, "The number of the line among those of its process, from 1."] = None
    previous: Annotated[Text, "The SHA-256 of the process's line before, without its newline; 64 zeros in line 1."] = (
        None
    )
    outcome: Annotated[
        Outcome,
        "`issued`: credentials left. `allowed`: the authorizer let a request pass. `answered`: any other success. "
        "`refused`: by a rule. `failed`: it could not be decided or done.",
    ] = "failed"
    code: Annotated[Text, "The error code of the response (docs/errors.md)."] = None
    detail: Annotated[Text, "Why it was refused or failed, in words."] = None
    api_id: Annotated[Text, "The API that called the authorizer."] = None
    operation: Annotated[Text, "The method and the path, or the name of a scheduled task."] = None
    user: Annotated[Text, "The caller as policies name them."] = None
    caller_kind: Annotated[Text, "What the caller is: a person, a role, …"] = None
    caller_arn: Annotated[Text, "The ARN that signed the request."] = None
    caller_access_key_id: Annotated[Text, "The access key id that signed the request."] = None
    account: Annotated[Text, "The account of the caller."] = None
    chat_team: Annotated[Text, "The Slack workspace a press came from."] = None
    chat_channel: Annotated[Text, "The Slack channel a press came from."] = None
    chat_user: Annotated[Text, "The Slack user who pressed."] = None
    authentication: Annotated[Text, "How the caller proved who they are: `sigv4`, `oidc` or `chat`."] = None
    issuer: Annotated[Text, "The issuer of the caller's token, by its name here."] = None
    subject: Annotated[Text, "The token's `sub`."] = None
    token_digest: Annotated[Text, "A digest of the token, which finds other requests with it. Never the token."] = None
    group: Annotated[Text, "The group a request is about."] = None
    members: Annotated[int | None, "How many members were pushed or synchronized."] = None
    groups_age_s: Annotated[int | None, "The age of what was synchronized, in seconds."] = None
    follow_up: Annotated[Mapping[str, int], "How many rows a follow-up read and what it did to them."] = field(
        default_factory=dict
    )
    follow_up_age_s: Annotated[int | None, "The time since the last complete follow-up, in seconds."] = None
    source_ip: Annotated[Text, "The address that the API saw."] = None
    user_agent: Annotated[Text, "As the caller sent it."] = None
    profile: Annotated[Text, "The profile that is asked for, or that an item is about."] = None
    role_arn: Annotated[Text, "The role that the profile leads to."] = None
    session_id: Annotated[Text, "The session that was vended, read or revoked."] = None
    stamp: Annotated[Text, "The session's source identity in CloudTrail."] = None
    access_key_id: Annotated[Text, "The access key id that STS issued."] = None
    via: Annotated[Text, "`direct`, `approval` or `break-glass`."] = None
    grant_id: Annotated[Text, "The approval or break-glass event."] = None
    grant_status: Annotated[Text, "Its status afterwards."] = None
    grant_user: Annotated[Text, "Whose it is."] = None
    grant_rule: Annotated[Text, "Under which rule it began: of the access policy, or of the break-glass policy."] = None
    extends: Annotated[Text, "The approval that a request extends."] = None
    extensions_ended: Annotated[Sequence[str], "Extensions that ended with an approval."] = ()
    session_user: Annotated[Text, "Whose session was read or revoked."] = None
    ticket_lookup: Annotated[Text, "The look-up that checked the ticket."] = None
    ticket_state: Annotated[Text, "The state that the look-up found."] = None
    target: Annotated[Text, "What a lockout or a bulk revocation is about."] = None
    marked: Annotated[int | None, "How many rows a bulk revocation marked."] = None
    kill_switch: Annotated[Text, "What became of the kill switch."] = None
    kill_switch_failures: Annotated[Mapping[str, str], "Accounts whose kill switch could not be written, and why."] = (
        field(default_factory=dict)
    )
    kill_switch_uncovered: Annotated[Sequence[str], "Users for whom the kill switch had no room."] = ()
    verdict: Annotated[Text, "What the access policy said: `allow`, `deny` or `require_approval`."] = None
    rule: Annotated[Text, "The rule of the access policy that matched."] = None
    policy_version: Annotated[Text, "The start of the SHA-256 of the access policy's text."] = None
    facts: Annotated[dict[str, Any], "What the decision rested on; see below."] = field(default_factory=dict)
    duration_asked_s: Annotated[Seconds, "In seconds."] = None
    duration_given_s: Annotated[Seconds, "In seconds."] = None
    token_use_percent: Annotated[int | None, "How full the session token is, in percent of what STS allows."] = None
    warning: Annotated[Text, "What will fail soon."] = None
    expires_at: Annotated[datetime | None, "When the credentials end, in UTC."] = None
    dissenting_shadows: Annotated[Sequence[str], "Shadow rules that would have decided otherwise."] = ()
    document_ages_s: Annotated[dict[str, float], "How old each document was when it was used, in seconds."] = field(
        default_factory=dict
    )
    stale_documents: Annotated[list[str], "Documents that were used past their time as a read failed."] = field(
        default_factory=list
    )
    unreadable: Annotated[list[str], "What a list left out as it cannot be read."] = field(default_factory=list)
    dependency: Annotated[Text, "What did not answer or refused: `sts`, `dynamodb`, `ssm`, …"] = None
    session_row: Annotated[Text, "What became of the session's row."] = None
    notified: Annotated[Mapping[str, bool] | None, "Which targets took the notification."] = None
    not_notified_because: Annotated[Mapping[str, str] | None, "Why a target did not."] = None
    shortened: Annotated[Mapping[str, str], "Fields left out as the line was too long; the SHA-256 of each value."] = (
        field(default_factory=dict)
    )
    steps: Annotated[dict[str, float], "How long each step took, in milliseconds."] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step, for the trace as well, whether it succeeds or fails; one that is tried again adds up."""
        started = monotonic_s()
        try:
            with subsegment(name):
                yield
        finally:
            self.steps[name] = round(self.steps.get(name, 0) + (monotonic_s() - started) * 1000, 3)
