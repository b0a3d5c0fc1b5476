"""The endpoint for Slack, made of what the function has opened once."""

from collections.abc import Mapping
from typing import Final

from services.admin.operations import Parts
from services.admin.slack.acting import CHAT_OPERATIONS, LIST_CHOICES, OFFER_EXTENSION
from services.admin.slack.client import SlackClient
from services.admin.slack.endpoint import SlackEndpoint
from services.admin.slack.extending import Offers
from services.admin.slack.members import Members
from services.admin.slack.requesting import Choices
from shared.aws.dynamodb.seen_once import SeenOnce
from shared.clock import monotonic_s
from shared.core.chat import SlackWorkspace
from shared.edge.lambda_app import Operation, ReadBudget
from shared.edge.slack_requests import SlackSource

# The first part of the names of Slack's requests in the budget table.
_SEEN: Final = "slack"


def open_endpoint(parts: Parts, operations: Mapping[str, Operation], reading: ReadBudget) -> SlackSource:
    """Make the endpoint. `operations` are the API's, as its callers get them: they know groups and spend budgets."""
    policies, clock = parts.reader.policies, parts.clock
    choices = parts.groups.known_to(Choices(policies, clock).list)
    offer = Offers(policies, parts.requests, clock).find
    every = {**operations, LIST_CHOICES: reading.spent_by(choices), OFFER_EXTENSION: reading.spent_by(offer)}

    def open_slack(workspace: SlackWorkspace) -> SlackClient:
        return SlackClient(workspace.bot_token, parts.settings.slack_api)

    return SlackEndpoint(
        policies=policies,
        seen=SeenOnce(parts.clients.dynamodb, parts.settings.budget_table, _SEEN),
        members=Members(monotonic_s),
        open_slack=open_slack,
        operations={name: every[name] for name in CHAT_OPERATIONS},
        clock=clock,
    ).answer
