"""Run by the tour with vended credentials: print the caller's identity, write a note to a table, read the table."""

import sys

import botocore.session

session = botocore.session.get_session()
sys.stdout.write(session.create_client("sts").get_caller_identity()["Arn"] + "\n")
notes, table = session.create_client("dynamodb"), sys.argv[1]
notes.put_item(TableName=table, Item={"note": {"S": "written with vended credentials"}})
for item in notes.scan(TableName=table)["Items"]:
    sys.stdout.write(item["note"]["S"] + "\n")
