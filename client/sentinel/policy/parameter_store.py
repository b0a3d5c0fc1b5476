"""Documents in Parameter Store, with the operator's own AWS credentials."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.documents.signature import Place

# Systems Manager User Guide, "Managing parameter tiers".
STANDARD_BYTES: Final = 4096
ADVANCED_BYTES: Final = 8192
_CONFIG: Final = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4})


class ParameterStoreError(Exception):
    """Parameter Store did not do what it was asked; the message says why and what to try."""


class ChangedMeanwhileError(ParameterStoreError):
    """Another version was stored since this one was compared."""


@dataclass(frozen=True, slots=True)
class StoredParameter:
    """A parameter as it is stored. Parameter Store counts `version` from 1, and says since when it is there."""

    value: str
    version: int
    arn: str = field(default="", compare=False)
    at: datetime = field(default=datetime.max.replace(tzinfo=UTC), compare=False)


class ParameterStore:
    """One prefix of Parameter Store."""

    def __init__(self, client: Any, prefix: str, own_account: Callable[[], str] = str) -> None:
        """Use an SSM client. `own_account` gives the account of its credentials."""
        self._client = client
        self._prefix = prefix.rstrip("/")
        self._own_account = own_account

    def full_name(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    def find(self, name: str) -> StoredParameter | None:
        """Find a parameter; None if it does not exist.

        Raises:
            ParameterStoreError: it cannot be read, or is not plain text.

        """
        try:
            parameter = self._client.get_parameter(Name=self.full_name(name))["Parameter"]
        except self._client.exceptions.ParameterNotFound:
            return None
        except (ClientError, BotoCoreError) as error:
            raise self._failure("read", name, error) from None
        if parameter["Type"] != "String":
            raise ParameterStoreError(
                f"{self.full_name(name)} is a {parameter['Type']}; a document is a String: delete it, then push",
            )
        return StoredParameter(
            parameter["Value"], parameter["Version"], parameter["ARN"], parameter["LastModifiedDate"]
        )

    def place_after(self, name: str, stored: StoredParameter | None) -> Place:
        """Say which version of which parameter comes after the one that was read; None where there was none.

        Raises:
            ParameterStoreError: the account cannot be learned.

        """
        return Place(self._arn(name), 1) if stored is None else Place(stored.arn, stored.version + 1)

    def place_after_secret(self, name: str) -> Place:
        """Do the same for a parameter that is looked up and not read.

        Raises:
            ParameterStoreError: the parameter cannot be looked up, or the account not be learned.

        """
        exactly = [{"Key": "Name", "Option": "Equals", "Values": [self.full_name(name)]}]
        try:
            # A page may be empty before the last one.
            pages = self._client.get_paginator("describe_parameters").paginate(ParameterFilters=exactly)
            described = [each for page in pages for each in page["Parameters"]]
        except (ClientError, BotoCoreError) as error:
            raise self._failure("look up", name, error) from None
        return Place(self._arn(name), 1 + max((int(each["Version"]) for each in described), default=0))

    def _arn(self, name: str) -> str:
        meta = self._client.meta
        try:
            account = self._own_account()
        except (ClientError, BotoCoreError) as error:
            raise self._failure("say the account of", name, error) from None
        return f"arn:{meta.partition}:ssm:{meta.region_name}:{account}:parameter{self.full_name(name)}"

    def put(self, name: str, value: str, *, replacing: StoredParameter | None, advanced: bool) -> int:
        """Store a new version in place of the one that was compared, and give its number.

        A new parameter is created in one conditional step. PutParameter has no condition on the version it overwrites,
        so for an existing one the version is read again just before; a write in the moment between is only detected
        afterwards, by the number returned, and is then still in the parameter's history.

        Raises:
            ChangedMeanwhileError: another version was stored since.
            ParameterStoreError: the value cannot be stored.

        """
        if replacing is not None and self.find(name) != replacing:
            raise ChangedMeanwhileError(f"{self.full_name(name)} was changed meanwhile: compare again")
        try:
            answer = self._client.put_parameter(
                Name=self.full_name(name),
                Value=value,
                Type="String",
                # Intelligent-Tiering keeps what fits 4 KB standard, and an advanced parameter advanced: AWS refuses to
                # make it a standard one again.
                Tier="Advanced" if advanced else "Intelligent-Tiering",
                Overwrite=replacing is not None,
            )
        except self._client.exceptions.ParameterAlreadyExists:
            raise ChangedMeanwhileError(f"{self.full_name(name)} was created meanwhile: compare again") from None
        except (ClientError, BotoCoreError) as error:
            raise self._failure("store", name, error) from None
        version = int(answer["Version"])
        if replacing is not None and version != replacing.version + 1:
            raise ChangedMeanwhileError(
                f"{self.full_name(name)} is now version {version}, over another write in the same moment: "
                f"compare version {version - 1} in its history; a signed document has to be pushed again",
            )
        return version

    def _failure(self, verb: str, name: str, error: ClientError | BotoCoreError) -> ParameterStoreError:
        return ParameterStoreError(f"cannot {verb} {self.full_name(name)}: {error}{_remedy(error)}")


def _remedy(error: ClientError | BotoCoreError) -> str:
    is_about_tiers = (
        isinstance(error, ClientError) and "tier" in str(error.response["Error"].get("Message", "")).lower()
    )
    return ": store it as an advanced parameter, with --advanced" if is_about_tiers else ""


def open_parameter_store(*, prefix: str, aws_profile: str | None, region: str | None) -> ParameterStore:
    """Open Parameter Store with what the AWS CLI would use: its profiles, environment and endpoint settings.

    `region` None: the one the AWS CLI finds.

    Raises:
        ParameterStoreError: no such AWS profile, or no region.

    """
    region = region or os.environ.get("AWS_REGION")
    try:
        session = Session(profile=aws_profile)
        client = session.create_client("ssm", region_name=region, config=_CONFIG)
    except (BotoCoreError, ValueError) as error:
        raise ParameterStoreError(f"cannot open Parameter Store: {error}") from None

    def own_account() -> str:
        sts = session.create_client("sts", region_name=region, config=_CONFIG)
        return str(sts.get_caller_identity()["Account"])

    return ParameterStore(client, prefix, own_account)
