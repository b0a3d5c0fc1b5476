"""The parameter in Parameter Store that a `sentinel policy` command reads or writes."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import click

from sentinel.policy.files import MODELS, SECRET_PARAMETERS, guess_text
from sentinel.policy.folders import NAMED, name_problem
from shared.core.profile import is_profile_name
from shared.documents.signature import Place

if TYPE_CHECKING:
    from sentinel.policy.parameter_store import ParameterStore, StoredParameter

# The place of the name in the parameters of documents with secrets.
_NAME: Final = "NAME"
P = ParamSpec("P")
R = TypeVar("R")


class StoreError(click.ClickException):
    """Parameter Store cannot be asked, or holds nothing usable."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class DocumentParameter:
    """Which parameter a command is about."""

    store: "ParameterStore"
    kind: str
    name: str

    @property
    def full_name(self) -> str:
        return self.store.full_name(self.name)

    def find(self) -> "StoredParameter | None":
        from sentinel.policy.parameter_store import ParameterStoreError  # noqa: PLC0415 - botocore is slow to load; see open_parameter

        try:
            return self.store.find(self.name)
        except ParameterStoreError as error:
            raise StoreError(str(error)) from None

    def place_after(self, stored: "StoredParameter | None", *, secret: bool = False) -> Place:
        """Say which version comes after the one that was found; one that is `secret` is looked up and not read.

        Raises:
            StoreError: Parameter Store cannot be asked, or the account not be learned.

        """
        from sentinel.policy.parameter_store import ParameterStoreError  # noqa: PLC0415 - see find

        try:
            return self.store.place_after_secret(self.name) if secret else self.store.place_after(self.name, stored)
        except ParameterStoreError as error:
            raise StoreError(str(error)) from None


def parameter_options(command: Callable[P, R], kinds: Collection[str] = tuple(MODELS)) -> Callable[P, R]:
    """Add the options that select the parameter, of these kinds, and `--json`."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--region", help="The AWS region. Default: as the AWS CLI finds it."),
        click.option("--aws-profile", envvar="SENTINEL_AWS_PROFILE", help="The AWS profile whose credentials to use."),
        click.option(
            "--prefix",
            envvar="SENTINEL_PARAMETER_PREFIX",
            default="/sentinel",
            show_default=True,
            help="The path of the parameters.",
        ),
        click.option("--name", help="The name of the profile, the issuer or the group."),
        click.option("--kind", type=click.Choice(list(kinds)), help="What it is; guessed from the file, else access."),
    ):
        command = option(command)
    return command


def open_parameter_for(
    text: str, *, kind: str | None, name: str | None, secrets: bool = False, **where: Any
) -> DocumentParameter:
    """Open the parameter a document belongs in: of the kind that is said, else of the kind it looks like.

    One that holds secrets has a parameter here only with `secrets`, where the caller neither shows nor stores it.

    Raises:
        click.UsageError: the options name none.
        StoreError: Parameter Store cannot be opened with them.

    """
    looks_like = guess_text(text)
    if (parameter := SECRET_PARAMETERS.get(looks_like)) and not secrets:
        raise click.UsageError(
            "this document holds secrets: store it with aws ssm put-parameter --type SecureString "
            f"--name /sentinel/{parameter} --value file://FILE",
        )
    if kind is None:
        kind = looks_like if name is None or looks_like in {*NAMED, *SECRET_PARAMETERS} else "profile"
    return open_parameter(kind=kind, name=name, **where)


def open_parameter(
    kind: str | None,
    name: str | None,
    prefix: str,
    aws_profile: str | None,
    region: str | None,
) -> DocumentParameter:
    """Turn those options into the parameter.

    Raises:
        click.UsageError: they name none.
        StoreError: Parameter Store cannot be opened with them.

    """
    parameter = _parameter_name(kind or ("access" if name is None else "profile"), name)
    if not prefix.startswith("/"):
        raise click.UsageError(f"the prefix {prefix!r} must begin with a slash")
    # botocore takes longer to load than the other commands of this group take to run.
    from sentinel.policy.parameter_store import ParameterStoreError, open_parameter_store  # noqa: PLC0415 - see above

    try:
        store = open_parameter_store(prefix=prefix, aws_profile=aws_profile, region=region)
    except ParameterStoreError as error:
        raise StoreError(str(error)) from None
    return DocumentParameter(store, *parameter)


def _parameter_name(kind: str, name: str | None) -> tuple[str, str]:
    """Give the kind and the name below the prefix."""
    secret = SECRET_PARAMETERS.get(kind, "")
    if (kind in NAMED or secret.endswith(_NAME)) != (name is not None):
        words = NAMED.get(kind, NAMED["profile"]).words
        named = kind if kind in NAMED else "profile"
        raise click.UsageError(f"{words} is stored under its name: --kind {named} --name NAME; a policy has none")
    if name is None:
        return kind, secret or f"policies/{kind}"
    if secret:
        if not is_profile_name(name):
            raise click.UsageError(f"{name!r} cannot name a parameter: {NAMED['profile'].rule}")
        return kind, secret.replace(_NAME, name)
    if problem := name_problem(kind, name):
        raise click.UsageError(problem)
    return kind, f"{NAMED[kind].folder}/{name}"
