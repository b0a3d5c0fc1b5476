"""The parameter in Parameter Store that a `sentinel policy` command reads or writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import click

from sentinel.policy.files import ISSUER_NAME_RULE, MODELS, WEBHOOK, guess_text
from shared.core.issuer import ISSUERS_FOLDER, is_issuer_name
from shared.core.profile import is_profile_name

if TYPE_CHECKING:
    from sentinel.policy.parameter_store import ParameterStore, StoredParameter

P = ParamSpec("P")
R = TypeVar("R")
# The kinds of documents that have names, and the folder of each.
_FOLDERS: Final = {"profile": "profiles", "issuer": ISSUERS_FOLDER}


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


def parameter_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that select the parameter, and `--json`."""
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
        click.option("--name", help="The name of the profile or the issuer."),
        click.option("--kind", type=click.Choice(list(MODELS)), help="What it is; guessed from the file, else access."),
    ):
        command = option(command)
    return command


def open_parameter_for(text: str, *, kind: str | None, name: str | None, **where: Any) -> DocumentParameter:
    """Open the parameter a document belongs in: of the kind that is said, else of the kind it looks like.

    Raises:
        click.UsageError: the options name none.
        StoreError: Parameter Store cannot be opened with them.

    """
    looks_like = guess_text(text)
    if looks_like == WEBHOOK:
        raise click.UsageError(
            "a webhook holds secrets: store it with aws ssm put-parameter --type SecureString "
            "--name /sentinel/webhooks/NAME --value file://FILE",
        )
    if kind is None:
        kind = looks_like if name is None or looks_like in _FOLDERS else "profile"
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
    kind = kind or ("access" if name is None else "profile")
    if kind == "issuer" and name is None:
        raise click.UsageError("an issuer is stored under its name: --kind issuer --name NAME")
    if (kind in _FOLDERS) != (name is not None):
        raise click.UsageError("a profile is stored under its name: --kind profile --name NAME; a policy has none")
    if name is not None and kind == "profile" and not is_profile_name(name):
        raise click.UsageError(f"{name!r} cannot name a profile: use 1-64 letters, digits, '.', '_', '-'")
    if name is not None and kind == "issuer" and not is_issuer_name(name):
        raise click.UsageError(f"{name!r} cannot name an issuer: {ISSUER_NAME_RULE}")
    if not prefix.startswith("/"):
        raise click.UsageError(f"the prefix {prefix!r} must begin with a slash")
    # botocore takes longer to load than the other commands of this group take to run.
    from sentinel.policy.parameter_store import ParameterStoreError, open_parameter_store  # noqa: PLC0415 - see above

    try:
        store = open_parameter_store(prefix=prefix, aws_profile=aws_profile, region=region)
    except ParameterStoreError as error:
        raise StoreError(str(error)) from None
    return DocumentParameter(store, kind, f"policies/{kind}" if name is None else f"{_FOLDERS[kind]}/{name}")
