"""Slack as a target of notices: reads the workspace for each, and imports what calls Slack at the first use."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.admin.common.policies import PolicyReader
from services.admin.notify.notice import Failure, Notice
from shared.aws.dynamodb.slack_messages import SlackMessages
from shared.aws.ssm.document_cache import settled
from shared.aws.ssm.documents import SsmDocuments
from shared.core.chat import SLACK_DOCUMENT, SlackWorkspace
from shared.documents import DocumentError
from shared.documents.load import load_slack

_TARGET: Final = "slack"


@dataclass(frozen=True, slots=True)
class SlackTarget:
    """Shows requests and break-glass events in the workspace of the document `chat/slack`.

    The document is read for each notice: notices are few, and a workspace that was switched off gets nothing more.
    """

    documents: SsmDocuments
    policies: PolicyReader
    messages: SlackMessages
    api: str

    async def show(self, notice: Notice, limit_s: float) -> Mapping[str, Failure | None]:
        """Post or edit the messages that a notice is about; empty where Slack does not show it.

        Raises:
            AwsError: what is shown, or where, could not be read or written.

        """
        if notice.grant_id is None or not notice.event.is_of_a_grant:
            return {}
        workspace = await self._load()
        if isinstance(workspace, Failure):
            return {_TARGET: workspace}
        if not workspace.enabled:
            return {}
        # The SDK and its HTTP library: not for a function that has nothing to show.
        from services.admin.slack.client import SlackClient  # noqa: PLC0415
        from services.admin.slack.messages import Showing  # noqa: PLC0415

        policies = await self.policies.read()
        async with SlackClient(workspace.bot_token, self.api) as slack:
            showing = Showing(slack, workspace, self.messages, policies.approval, limit_s)
            return {_TARGET: await showing.show(notice, notice.grant_id)}

    async def _load(self) -> SlackWorkspace | Failure:
        found = settled((await self.documents.load([SLACK_DOCUMENT]))[SLACK_DOCUMENT])
        if found is None:
            return Failure(f"there is no document {SLACK_DOCUMENT}")
        try:
            return load_slack(found.value)
        except DocumentError as error:
            return Failure(f"its document is not valid: {error}")
