"""The baseline: the handler most teams write, with boto3 and one call after the other.

It does what a vend does, by the same decision and the same calls. It has none of this project's measures for latency
but, on request, a document cache like a vend's. It imports boto3 and the decision, and nothing else of this project:
its cold start is measured too.
"""

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from shared.core.access.authorize import Issue, authorize
from shared.core.access.evaluate import Facts, evaluate, parse_source_ip
from shared.core.access.schema import AccessPolicy
from shared.core.arn import parse_arn
from shared.core.grants import GrantUses
from shared.core.ids import new_id
from shared.core.profile import Profile
from shared.core.stamp import TRANSITIVE_TAG_KEYS, Stamp, session_tags, stamp_for
from shared.documents import load_access_policy, load_profile


class SequentialHandler:
    """A callable that Lambda would invoke."""

    def __init__(self, environ: Mapping[str, str], document_ttl_s: float = 0.0) -> None:
        config = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})
        self._dynamodb, self._ssm, self._sts = (
            boto3.client(service, config=config) for service in ("dynamodb", "ssm", "sts")
        )
        self._environ = environ
        self._document_ttl_s = document_ttl_s
        self._read_at = 0.0
        self._read: tuple[AccessPolicy, Profile] | None = None

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Vend."""
        caller = event["requestContext"]["authorizer"]["iam"]
        user = parse_arn(caller["userArn"]).resource.rpartition("/")[2]
        now = datetime.now(UTC)  # noqa: TID251 - a handler that is not ours
        name = event["rawQueryString"].removeprefix("profile=")
        policy, profile = self._documents(name)
        self._grants(user, now)
        self._lockouts(user, name)
        self._budget(user, now)
        facts = Facts(
            user=user,
            profile=name,
            account=caller["accountId"],
            role="",
            issuer="",
            source_ip=parse_source_ip(event["requestContext"]["http"]["sourceIp"]),
            at=now,
        )
        authorization = authorize(
            evaluate(policy, facts),
            profile=name,
            grants=(),
            is_locked_out=False,
            now=now,
            requested=None,
            profile_cap=profile.max_duration,
        )
        assert isinstance(authorization, Issue)
        return self._issue(user, name, profile, authorization, now, context)

    def _documents(self, name: str) -> tuple[AccessPolicy, Profile]:
        if self._read is None or time.monotonic() - self._read_at >= self._document_ttl_s:
            prefix = self._environ["SENTINEL_PARAMETER_PREFIX"]
            names = [f"{prefix}/policies/access", f"{prefix}/profiles/{name}"]
            found = self._ssm.get_parameters(Names=names, WithDecryption=True)["Parameters"]
            texts = {parameter["Name"]: parameter["Value"] for parameter in found}
            self._read = load_access_policy(texts[names[0]]), load_profile(texts[names[1]])
            self._read_at = time.monotonic()
        return self._read

    def _grants(self, user: str, now: datetime) -> None:
        found = self._dynamodb.query(
            TableName=self._environ["SENTINEL_GRANT_TABLE"],
            IndexName="serving",
            ConsistentRead=True,
            KeyConditionExpression="subject = :subject AND serves_until > :now",
            ExpressionAttributeValues={
                ":subject": {"S": f"user#{user}"},
                ":now": {"N": str(int(now.timestamp()))},
            },
        )
        assert not found["Items"]

    def _lockouts(self, user: str, name: str) -> None:
        table = self._environ["SENTINEL_GRANT_TABLE"]
        subjects = (f"user#{user}", f"profile#{name}", "all")
        keys = [{"subject": {"S": subject}, "item": {"S": "lockout##"}} for subject in subjects]
        found = self._dynamodb.batch_get_item(RequestItems={table: {"Keys": keys, "ConsistentRead": True}})
        assert not found["Responses"][table]

    def _budget(self, user: str, now: datetime) -> None:
        window = int(now.timestamp()) // 60 * 60
        self._dynamodb.update_item(
            TableName=self._environ["SENTINEL_BUDGET_TABLE"],
            Key={"subject": {"S": f"vend#{user}#{window}"}},
            UpdateExpression="SET expires_at = :expires_at ADD n :one",
            ConditionExpression="attribute_not_exists(n) OR n < :limit",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":limit": {"N": "10000"},
                ":expires_at": {"N": str(window + 86_400)},
            },
        )

    def _issue(
        self,
        user: str,
        name: str,
        profile: Profile,
        authorization: Issue,
        now: datetime,
        context: Any,
    ) -> dict[str, Any]:
        stamp = stamp_for(authorization.via, new_id(os.urandom(10)), user)
        tags = session_tags(stamp, user=user, profile=name, grant_id=None)
        issued = self._sts.assume_role(
            RoleArn=profile.role_arn,
            RoleSessionName=str(stamp),
            SourceIdentity=str(stamp),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            TransitiveTagKeys=[key.value for key in TRANSITIVE_TAG_KEYS],
            DurationSeconds=int(authorization.sts_duration / timedelta(seconds=1)),
        )["Credentials"]
        self._record(stamp, user, name, profile, now)
        body = {
            "AccessKeyId": issued["AccessKeyId"],
            "SecretAccessKey": issued["SecretAccessKey"],
            "Token": issued["SessionToken"],
            "Expiration": issued["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        line = {"request_id": context.aws_request_id, "user": user, "stamp": str(stamp)}
        with open(os.devnull, "w", encoding="utf-8") as log:  # noqa: PTH123 - written as most would
            log.write(json.dumps(line) + "\n")
        return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}

    def _record(self, stamp: Stamp, user: str, name: str, profile: Profile, now: datetime) -> None:
        row = {
            "session_id": stamp.session_id,
            "user": user,
            "profile": name,
            "role_arn": profile.role_arn,
            "stamp": str(stamp),
            "status": "active",
            "uses": GrantUses.WINDOW,
            "issued_at": str(int(now.timestamp())),
            "day": now.strftime("%Y-%m-%d"),
        }
        self._dynamodb.put_item(
            TableName=self._environ["SENTINEL_SESSION_TABLE"],
            Item={name: {"N" if name == "issued_at" else "S": value} for name, value in row.items()},
            ConditionExpression="attribute_not_exists(session_id)",
        )
