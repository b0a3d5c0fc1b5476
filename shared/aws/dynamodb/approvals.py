"""The approval requests of the grant table: their rows, and the pending one of each person and profile."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.dynamodb.grant_rows import (
    action_value,
    check_key,
    extended_value,
    grant_attributes,
    grant_key,
    mark_attributes,
    optional_instant,
    optional_text,
    person_attributes,
    read_action,
    read_extended,
    read_marks,
    read_person,
)
from shared.aws.dynamodb.grant_store import GrantStore, Moved, RowForm
from shared.aws.dynamodb.items import (
    Item,
    ItemReader,
    account_value,
    drop_none,
    flag_value,
    instant_value,
    map_value,
    maps_value,
    number_value,
    text_value,
    texts_value,
)
from shared.aws.dynamodb.schema import CONSUMED_BY, TTL_ATTRIBUTE, ItemKind, pending_subject
from shared.aws.dynamodb.transactions import Committed, transact
from shared.aws.errors import ThrottledError, UnavailableError, translate_errors
from shared.core.approval.request import OPEN, ApprovalRequest, FurtherApprovers, Requester, Vote
from shared.core.grants import GrantUses, RequestStatus

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
            "account": account_value(requester.account),
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
            "extends": extended_value(request.extends),
            "extended_by": optional_text(request.extended_by),
            "further": _further_value(request.further),
            **mark_attributes(request.marks),
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
            account=reader.account("account"),
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
        extends=read_extended(reader),
        extended_by=reader.optional_text("extended_by"),
        further=_read_further(reader.optional_map("further")),
        marks=read_marks(reader),
    )


def _read_status(reader: ItemReader) -> RequestStatus:
    """Read the status; a vend may not write it and records that it consumed an approval in another attribute."""
    status = reader.word("status", RequestStatus)
    is_consumed = status is RequestStatus.APPROVED and reader.optional_text(CONSUMED_BY) is not None
    return RequestStatus.CONSUMED if is_consumed else status


def _further_value(further: FurtherApprovers | None) -> dict[str, Item] | None:
    if further is None:
        return None
    return map_value({"from_at": instant_value(further.from_at), "approvers": texts_value(further.approvers)})


def _read_further(reader: ItemReader | None) -> FurtherApprovers | None:
    return None if reader is None else FurtherApprovers(reader.instant("from_at"), reader.texts("approvers"))


def _vote_item(vote: Vote) -> Item:
    facts: dict[str, dict[str, Any] | None] = {
        "at": instant_value(vote.at),
        "comment": optional_text(vote.comment),
        "groups": texts_value(sorted(vote.by.groups)) if vote.by.groups else None,
    }
    return person_attributes(vote.by) | drop_none(facts)


def _read_vote(reader: ItemReader) -> Vote:
    return Vote(read_person(reader), reader.instant("at"), reader.optional_text("comment"))


_ATTEMPTS: Final = 5
_KEPT: Final = timedelta(days=1)
_NONE: Final = "-"


class ApprovalTable(GrantStore[ApprovalRequest]):
    """Requests. Votes and an extension are added within a state, so a change is conditional on those that were read.

    One row per person (any spelling of the name) and profile has the id of the pending request. Only filing writes it:
    it reads that request, and replaces the id if the request is decided, cancelled or expired.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        growing = ("votes", "extended_by")
        super().__init__(dynamodb, table, RowForm(ItemKind.APPROVAL, request_item, read_request, growing))

    async def file(
        self, request: ApprovalRequest, now: datetime, extended: ApprovalRequest | None = None
    ) -> ApprovalRequest | Moved[ApprovalRequest] | None:
        """Write a new request, and return None; if it is pending and one of its person and profile is, return that one.

        With it is written that `extended`, as it was read, is extended by it; where that has changed, `Moved` has its
        present row. Of several filed at once, exactly one is written.

        Raises:
            AwsError: the request may not have been written, or the other one cannot be read.

        """
        if request.status is RequestStatus.APPROVED and extended is None:
            await self.add(request)
            return None
        first = [self.new_row(request)]
        if extended is not None:
            first.append(self._changed_row(extended, replace(extended, extended_by=request.request_id)))
        decided = _NONE
        for _ in range(_ATTEMPTS):
            is_pending = request.status is RequestStatus.PENDING
            writes = [*first, *([self._place_write(request, now, decided)] if is_pending else [])]
            outcome = await transact(self._dynamodb, [{"Put": write} for write in writes])
            if isinstance(outcome, Committed) or outcome.items[0] == request_item(request):
                return None
            if extended is not None and outcome.items[1] is not None:
                return Moved(read_request(outcome.items[1]))
            taken = outcome.items[-1] if is_pending else None
            if outcome.items[0] is not None or taken is None:
                raise UnavailableError("dynamodb", "another row has this request's key")
            place = ItemReader("a pending request", taken)
            other = await self.find_of(place.text("requester"), request.profile, place.text("request_id"))
            if other is not None and other.status_at(now) is RequestStatus.PENDING:
                return other
            decided = place.text("request_id")
        raise ThrottledError("dynamodb", "others kept filing for the same user and profile")

    def _place_write(self, request: ApprovalRequest, now: datetime, decided: str) -> dict[str, Any]:
        """Set the pending request if the row is absent, if it has expired, or if it is the `decided` one."""
        return {
            "TableName": self._table,
            "Item": {
                "subject": text_value(pending_subject(request.requester.person.key)),
                "item": text_value(request.profile),
                "request_id": text_value(request.request_id),
                "requester": text_value(request.user),
                "waits_until": instant_value(request.pending_until),
                TTL_ATTRIBUTE: instant_value(request.pending_until + _KEPT),
            },
            "ConditionExpression": "attribute_not_exists(subject) OR waits_until <= :now OR request_id = :decided",
            "ExpressionAttributeValues": {":now": instant_value(now), ":decided": text_value(decided)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    async def find_of(self, user: str, profile: str, request_id: str) -> ApprovalRequest | None:
        """Find a request by its key, strongly consistently: an index may not have the newest yet.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        key = grant_key(_KIND, user, profile, request_id)
        with translate_errors("dynamodb"):
            answer = await self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return None if item is None else read_request(item)

    async def last_extension(self, extended: ApprovalRequest) -> ApprovalRequest | None:
        """Find the request that last asked to extend one; None where none did. Raises as `find_of`."""
        if extended.extended_by is None:
            return None
        return await self.find_of(extended.user, extended.profile, extended.extended_by)
