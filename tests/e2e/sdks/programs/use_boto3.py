"""For each line of standard input, one process of boto3 says who it is and reads the table's note."""

import sys

import boto3

sts, dynamodb = boto3.client("sts"), boto3.client("dynamodb")
for _ in sys.stdin:
    arn = sts.get_caller_identity()["Arn"]
    note = dynamodb.scan(TableName=sys.argv[1])["Items"][0]["note"]["S"]
    sys.stdout.write(f"{arn} {note}\n")
    sys.stdout.flush()
