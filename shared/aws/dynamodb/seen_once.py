"""What may happen once: names that are taken for good, each by one conditional write."""

from datetime import datetime, timedelta
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.items import number_value, text_value
from shared.aws.dynamodb.schema import TTL_ATTRIBUTE
from shared.aws.errors import translate_errors

# DynamoDB deletes a row some time after this, never before.
_KEEP: Final = timedelta(days=1)


class SeenOnce:
    """Names of one kind in the budget table, next to the counters: each is taken once in a day, by one holder."""

    def __init__(self, dynamodb: Any, table: str, kind: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._kind = kind

    async def take(self, name: str, holder: str, now: datetime) -> bool:
        """Take a name; False where another holder has taken it before.

        Raises:
            AwsError: it is not known whether it was taken.

        """
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.update_item(
                    TableName=self._table,
                    Key={"subject": text_value(f"{self._kind}#{name}")},
                    UpdateExpression=f"SET holder = :holder, {TTL_ATTRIBUTE} = :expires_at",
                    # This holder has it already if the response to an earlier attempt was lost.
                    ConditionExpression="attribute_not_exists(holder) OR holder = :holder",
                    ExpressionAttributeValues={
                        ":holder": text_value(holder),
                        ":expires_at": number_value(int((now + _KEEP).timestamp())),
                    },
                )
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                return False
        return True
