"""`/sentinel request`: a form with what this person may ask for, and filing what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.common.context import note_policies
from services.admin.common.policies import PolicyReader
from services.admin.slack.acting import LIST_CHOICES, Acting
from services.admin.slack.answers import Answer
from services.admin.slack.forms import PROFILE, REQUEST_BLOCKS, Choice, Metadata, asking
from services.admin.slack.payloads import Command, Submission
from shared.core.access.evaluate import Verdict, evaluate
from shared.core.approval.policy import rule_for
from shared.edge.deciding import facts_of
from shared.edge.error_codes import Code
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

USAGE: Final = (
    "/sentinel request [profile] asks for an approval. Requests are decided with the buttons of their messages, where "
    "the approval rule of the profile allows that; everything else is done with the command sentinel or the console."
)
_NOTHING: Final = Refusal(
    Code.NOT_PERMITTED,
    "There is no profile that you could ask for here: the access policy has to demand an approval, and the approval "
    "rule has to say chat: true.",
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may ask for. `clock` gives the present instant in UTC."""

    policies: PolicyReader
    clock: Callable[[], datetime]

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List the profiles that the access policy gives this caller after an approval, which the chat may ask for."""
        now = self.clock()
        with ctx.audit.step("read"):
            policies = await self.policies.read()
            names = await self.policies.list_profiles()
        note_policies(ctx.audit, policies)
        found = []
        for name in names:
            rule = rule_for(policies.approval, name)
            if rule is None or not policies.permit(ctx.principal, name):
                continue
            if evaluate(policies.access, facts_of(ctx, name, now)).verdict is Verdict.REQUIRE_APPROVAL:
                found.append({"profile": name, "needs_ticket": rule.ticket is not None})
        return Response({"profiles": found})


async def command(acting: Acting, sent: Command) -> Answer:
    """Answer a slash command."""
    word, _, profile = sent.text.strip().partition(" ")
    if word in ("", "help"):
        return await acting.talk.say(USAGE)
    if word != "request":
        return await acting.talk.refuse(Refusal(Code.INVALID_REQUEST, f"This is no command of Sentinel's. {USAGE}"))
    listed = await acting.run(LIST_CHOICES)
    if isinstance(listed, Refusal):
        return await acting.talk.refuse(listed)
    choices = [Choice(each["profile"], each["needs_ticket"]) for each in listed.body["profiles"]]
    chosen = profile.strip()
    if not choices:
        return await acting.talk.refuse(_NOTHING)
    if chosen and chosen not in {choice.profile for choice in choices}:
        message = "This is no profile that you could ask for here. Without a name, the form lists those that are."
        return await acting.talk.refuse(Refusal(Code.NOT_PERMITTED, message))
    return await acting.talk.open(asking(Metadata(sent.channel), choices, chosen))


async def file(acting: Acting, sent: Submission) -> Answer:
    """File what the form says; a refusal is shown at the field it is about, or at the profile."""
    body = {name: sent.values[name] for name in REQUEST_BLOCKS if sent.values.get(name)}
    outcome = await acting.run("file_request", body)
    if isinstance(outcome, Refusal):
        return await acting.talk.refuse(outcome, outcome.about if outcome.about in sent.values else PROFILE)
    return await say_filed(acting, outcome)


async def say_filed(acting: Acting, outcome: Response) -> Answer:
    """Answer with what was filed, and for whom it waits."""
    request = outcome.body["request"]
    who = ", ".join(request["approvers"])
    waits = f"It waits for {request['quorum']} of: {who}." if request["status"] == "pending" else "It is approved."
    what = f"for {request['profile']}" if request["extends"] is None else f"to extend {request['profile']}"
    return await acting.talk.say(f"Request {request['id']} {what} is filed. {waits}")
