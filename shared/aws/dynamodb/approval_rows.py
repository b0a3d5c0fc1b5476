"""An approval request as the grant table keeps it."""

from datetime import timedelta
from typing import Final

from shared.aws.dynamodb.grant_rows import (
    action_value,
    check_key,
    grant_attributes,
    optional_instant,
    optional_text,
    person_attributes,
    read_action,
    read_person,
)
from shared.aws.dynamodb.items import (
    Item,
    ItemReader,
    drop_none,
    flag_value,
    instant_value,
    maps_value,
    number_value,
    text_value,
    texts_value,
)
from shared.aws.dynamodb.schema import CONSUMED_BY, ItemKind
from shared.core.approval.request import OPEN, ApprovalRequest, Requester, Vote
from shared.core.approval.status import RequestStatus
from shared.core.grants import GrantUses

_KIND: Final = ItemKind.APPROVAL


def request_item(request: ApprovalRequest) -> Item:
    """Write a request; what is not known is absent."""
    serves = request.status is RequestStatus.APPROVED
    requester = request.requester
    return grant_attributes(
        _KIND,
        user=request.user,
        profile=request.profile,
        grant_id=request.request_id,
        status=request.status,
        created_at=request.created_at,
        kept_from=request.ends_at or request.pending_until,
        serves_until=request.ends_at if serves else None,
        is_open=request.status in OPEN,
    ) | drop_none(
        {
            **person_attributes(requester.person),
            "arn": text_value(requester.arn),
            "account": text_value(requester.account),
            "role": optional_text(requester.role or None),
            "source_ip": optional_text(requester.source_ip),
            "reason": text_value(request.reason),
            "ticket": optional_text(request.ticket),
            "duration_s": number_value(int(request.duration.total_seconds())),
            "wanted_start": optional_instant(request.wanted_start),
            "pending_until": instant_value(request.pending_until),
            "approvers": texts_value(request.approvers),
            "quorum": number_value(request.quorum),
            "uses": text_value(request.uses),
            "rule": optional_text(request.rule),
            "policy_version": text_value(request.policy_version),
            "votes": maps_value(map(_vote_item, request.votes)),
            "is_auto_approved": flag_value(is_set=request.is_auto_approved),
            "starts_at": optional_instant(request.starts_at),
            "ends_at": optional_instant(request.ends_at),
            "ended": action_value(request.ended),
        },
    )


def read_request(item: Item) -> ApprovalRequest:
    """Read a request back, to whole seconds.

    Raises:
        UnreadableError: an attribute is absent, of another type, or a word this version does not know.

    """
    reader = ItemReader("an approval request", item)
    check_key(reader, _KIND)
    return ApprovalRequest(
        request_id=reader.text("grant_id"),
        requester=Requester(
            person=read_person(reader),
            arn=reader.text("arn"),
            account=reader.text("account"),
            role=reader.optional_text("role") or "",
            source_ip=reader.optional_text("source_ip"),
        ),
        profile=reader.text("profile"),
        reason=reader.text("reason"),
        ticket=reader.optional_text("ticket"),
        duration=timedelta(seconds=reader.number("duration_s")),
        wanted_start=reader.optional_instant("wanted_start"),
        created_at=reader.instant("created_at"),
        pending_until=reader.instant("pending_until"),
        approvers=reader.texts("approvers"),
        quorum=reader.number("quorum"),
        uses=reader.word("uses", GrantUses),
        rule=reader.optional_text("rule"),
        policy_version=reader.text("policy_version"),
        status=_read_status(reader),
        votes=tuple(map(_read_vote, reader.maps("votes"))),
        is_auto_approved=reader.flag("is_auto_approved"),
        starts_at=reader.optional_instant("starts_at"),
        ends_at=reader.optional_instant("ends_at"),
        ended=read_action(reader.optional_map("ended")),
    )


def _read_status(reader: ItemReader) -> RequestStatus:
    """Read the status; a vend may not write it and records that it consumed an approval in another attribute."""
    status = reader.word("status", RequestStatus)
    is_consumed = status is RequestStatus.APPROVED and reader.optional_text(CONSUMED_BY) is not None
    return RequestStatus.CONSUMED if is_consumed else status


def _vote_item(vote: Vote) -> Item:
    facts = {"at": instant_value(vote.at), "comment": optional_text(vote.comment)}
    return person_attributes(vote.by) | drop_none(facts)


def _read_vote(reader: ItemReader) -> Vote:
    return Vote(read_person(reader), reader.instant("at"), reader.optional_text("comment"))
