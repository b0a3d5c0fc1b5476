"""`sentinel policy sign`: approve a document that someone else stores."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sentinel.policy.document_parameter import open_parameter_for, parameter_options
from sentinel.policy.files import (
    KINDS,
    SECRET_PARAMETERS,
    STDIN,
    UnusableInputError,
    check_text,
    complain,
    read_text,
)
from sentinel.policy.publish import check_file, compare, confirm
from sentinel.policy.signing import KEY_VARIABLE, Signing, open_key, public_keys, sign_text, signed_as_json
from shared.clock import utc_now
from shared.core.durations import MalformedDurationError, parse_duration
from shared.documents import DocumentError, unpack

if TYPE_CHECKING:
    from sentinel.policy.parameter_store import StoredParameter

_LONGEST_VALIDITY: Final = timedelta(days=7)


@click.command
@click.argument("file", type=click.Path(path_type=Path), default=STDIN)
@click.option("--key", envvar=KEY_VARIABLE, required=True, metavar="KEY", help="A KMS key: an id, an ARN or an alias.")
@click.option("--valid-for", default="1h", show_default=True, help="For how long it may be stored: up to 7d.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@partial(parameter_options, kinds=KINDS)
def sign(file: Path, *, key: str, valid_for: str, yes: bool, as_json: bool, **where: Any) -> None:
    """Sign a document for someone else to store: check it, show what changes, ask, then print the signature.

    What changes is shown from the version that this key has signed; if the stored one is another, all of it is shown.
    It is for the next version of its parameter only: once anything else is stored there, it is void. The parameter's
    kind and name are as for push. A document with secrets is not shown.

    Exit code 0: signed; 1: not signed; 2: a file, an option, the key or Parameter Store cannot be used.
    """
    lasts = _parse_validity(valid_for)
    text = read_text(file)
    parameter = open_parameter_for(text, secrets=True, **where)
    opened = open_key(key, where["aws_profile"], where["region"])
    secret = parameter.kind in SECRET_PARAMETERS
    # What is signed comes after the version that was shown: if another is stored meanwhile, the signature is void.
    stored = None if secret else parameter.find()
    if secret:
        _check_secret(file, parameter.kind, text)
        text = unpack(text)
    else:
        text = check_file(file, parameter.kind, text)
        click.echo(_shown(stored, Signing(public_keys(opened)), text, parameter.full_name, file), nl=False, err=True)
    place = parameter.place_after(stored, secret=secret)
    confirm(f"Sign this as version {place.version} of {place.arn}?", file, yes=yes)
    signature = sign_text(opened, place, text, utc_now() + lasts)
    click.echo(signed_as_json(parameter.full_name, signature) if as_json else signature.line)


def _shown(stored: "StoredParameter | None", signing: Signing, text: str, name: str, file: Path) -> str:
    """Show what changes in the version that the key has signed, and else all of the document.

    What is stored without a signature is the text of anyone who may write it: a difference from that hides the rest.
    """
    if stored is None or signing.has_signed(stored):
        return compare(stored, text, name, str(file))
    note = f"{name}: the key has not signed version {stored.version}, so all of the document is shown\n"
    return note + compare(None, text, name, str(file))


def _parse_validity(text: str) -> timedelta:
    try:
        found = parse_duration(text)
    except MalformedDurationError as error:
        raise click.UsageError(f"--valid-for: {error}") from None
    if found > _LONGEST_VALIDITY:
        raise click.UsageError("--valid-for: at most 7d, as a document that is stored late is one that no one expects")
    return found


def _check_secret(file: Path, kind: str, text: str) -> None:
    try:
        check_text(text, kind)
    except DocumentError as error:
        raise UnusableInputError(complain(file, problem) for problem in error.problems) from None
