"""Pages of the console: those of services, by short names, and any other page of it by its URL.

A sign-in URL takes its user to the destination with a session. So only the console's own pages are destinations.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from sentinel.aws_console.partitions import Partition
from sentinel.errors import UsageError

# Services, and `short name=path` where the console's URLs have another one. Any other service is at its own name.
_WORDS: Final = """
acm apigateway apigw=apigateway athena backup bedrock billing cfn=cloudformation cloudformation cloudfront cloudshell
cloudtrail cloudwatch codebuild=codesuite/codebuild codecommit=codesuite/codecommit codedeploy=codesuite/codedeploy
codepipeline=codesuite/codepipeline cognito config cost=costmanagement cw=cloudwatch ddb=dynamodbv2
directconnect=directconnect/v2 dms=dms/v2 dynamodb=dynamodbv2 ec2 ecr ecs efs eks elasticache eventbridge=events
events glue guardduty iam inspector kinesis kms lambda logs=cloudwatch organizations=organizations/v2 rds
redshift=redshiftv2 route53=route53/v2 r53=route53/v2 s3 sagemaker secretsmanager securityhub servicequotas ses
sfn=states sm=secretsmanager sns=sns/v3 sqs=sqs/v3 ssm=systems-manager sso=singlesignon states stepfunctions=states
support vpc=vpcconsole waf=wafv2 wafv2
"""
_PATHS: Final = {name: path or name for name, _, path in (word.partition("=") for word in _WORDS.split())}
SERVICES: Final = tuple(sorted(_PATHS))
_SERVICE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
# Nothing but a host's name before the path: no user name, port or escape that a browser could read otherwise.
_URL: Final = re.compile(r"https://((?:[a-z0-9-]+\.)+[a-z]+)(?:[/?#][!-\[\]_a-z~]*)?", re.ASCII)


def check_service(service: str) -> str | None:
    """Return a warning if the service is not a known one: the console is then opened at its name as it is.

    Raises:
        UsageError: it is not written as services are; it is part of a URL.

    """
    if not _SERVICE.fullmatch(service):
        raise UsageError("a service is written like s3 or resource-groups", "check --service")
    if service in SERVICES:
        return None
    near = get_close_matches(service, SERVICES, 2)
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"{service} is not a known service: its name is used as the console's path{meant}"


def service_page(partition: Partition, service: str | None, region: str | None) -> str:
    """Return the URL of a service's page, or of the console's first page."""
    path = "console" if service is None else _PATHS.get(service, service)
    query = "" if region is None else f"?region={region}"
    return f"https://{partition.console_host(region)}/{path}/home{query}"


def check_destination(url: str, partitions: Iterable[Partition]) -> str:
    """Return the URL.

    Raises:
        UsageError: it is not a page of these partitions' consoles, by https.

    """
    hosts = [partition.console_host(None) for partition in partitions]
    found = _URL.fullmatch(url)
    if found is None or not any(partition.has_console_host(found[1]) for partition in partitions):
        raise UsageError(
            "the destination is not a page of the AWS console, and would get the session",
            f"--destination takes an https URL without user or port, of {', '.join(hosts)} or below it",
        )
    return url
