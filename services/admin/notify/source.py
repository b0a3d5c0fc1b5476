"""Where webhooks come from: the documents `webhooks/<name>`."""

from typing import Final

from services.admin.notify.notifier import Webhooks
from shared.aws.ssm.documents import SsmDocuments
from shared.core.webhook import Webhook
from shared.documents import DocumentError, load_webhook

WEBHOOKS_FOLDER: Final = "webhooks"


class WebhookDocuments:
    """Reads every webhook anew for each notice: notices are few, and one that was switched off is told nothing more."""

    def __init__(self, documents: SsmDocuments) -> None:
        self._documents = documents

    async def load(self) -> Webhooks:
        """Load all webhooks by name, with an error in the place of one that cannot be used.

        Raises:
            AwsError: the folder could not be read to its end.

        """
        texts = await self._documents.load_folder(WEBHOOKS_FOLDER)
        return {name: _load(text.value) for name, text in texts.items()}


def _load(text: str) -> Webhook | DocumentError:
    try:
        return load_webhook(text)
    except DocumentError as error:
        return error
