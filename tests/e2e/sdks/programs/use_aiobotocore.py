"""For each line of standard input, one process of aiobotocore says who it is and reads the table's note."""

import asyncio
import sys

from aiobotocore.session import get_session


async def answer_lines() -> None:
    session = get_session()
    async with session.create_client("sts") as sts, session.create_client("dynamodb") as dynamodb:
        while await asyncio.to_thread(sys.stdin.readline):
            arn = (await sts.get_caller_identity())["Arn"]
            note = (await dynamodb.scan(TableName=sys.argv[1]))["Items"][0]["note"]["S"]
            sys.stdout.write(f"{arn} {note}\n")
            sys.stdout.flush()


with asyncio.Runner() as runner:
    runner.run(answer_lines())
