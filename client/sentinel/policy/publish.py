"""`sentinel policy push`, `pull` and `diff`: a document on disk and the one the service reads."""

import json
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sentinel.errors import visible
from sentinel.policy.document_parameter import (
    DocumentParameter,
    StoreError,
    open_parameter,
    open_parameter_for,
    parameter_options,
)
from sentinel.policy.files import MODELS, STDIN, UnusableInputError, find_lints, load_file, read_text
from sentinel.policy.signing import Signing, open_signing, sign_options
from shared.documents import DocumentError, DoesNotFitError, is_packed, pack, split_signature, unpack
from shared.documents.signature import line_length

if TYPE_CHECKING:
    from sentinel.policy.parameter_store import StoredParameter

_FILE: Final = click.Path(path_type=Path)
_TEMPLATE: Final = "{{"


class NotStoredError(click.ClickException):
    """The document was not stored, and why."""

    exit_code = 1


@click.command
@click.argument("file", type=_FILE, default=STDIN)
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.option("--advanced", is_flag=True, help="Allow 8 KB as an advanced parameter, which costs and cannot be undone.")
@sign_options
@parameter_options
def push(file: Path, *, yes: bool, advanced: bool, unsigned: bool, as_json: bool, **others: Any) -> None:
    """Store a document: check it, show what changes, ask, then write.

    FILE may be - for standard input. Where the deployment wants signatures, --sign signs the document with a key of AWS
    KMS, and --signature takes what someone else's `sentinel policy sign` printed.

    Exit code 0: stored, or no change; 1: not stored; 2: a file, an option, the key or Parameter Store cannot be used.
    """
    text = read_text(file)
    signing, where = open_signing(**others)
    parameter = open_parameter_for(text, **where)
    text = check_file(file, parameter.kind, text)
    stored = parameter.find()
    _refuse_to_unsign(stored, signing, unsigned=unsigned)
    value = _fit(text, advanced=advanced, reserved=0 if signing is None else line_length(_next_version(stored)))
    change = compare(stored, text, parameter.full_name, str(file))
    if not change and signing is not None and stored is not None and not signing.has_signed(stored):
        change = f"{parameter.full_name}: the same text, to be signed\n"
    report: dict[str, Any] = {"parameter": parameter.full_name, "changed": bool(change), "packed": is_packed(value)}
    if change:
        click.echo(change, nl=False, err=as_json)
        confirm(f"Store this as {parameter.full_name}?", file, yes=yes)
        signed = _signed(signing, parameter, stored, text, value)
        version: int | None = _put(parameter, signed, stored, advanced=advanced)
    else:
        version = stored.version if stored else None
    words = _push_words(parameter.full_name, version, changed=bool(change))
    _report(report | {"version": version}, as_json=as_json, text=words)


def _next_version(stored: "StoredParameter | None") -> int:
    return 1 if stored is None else stored.version + 1


def _refuse_to_unsign(stored: "StoredParameter | None", signing: Signing | None, *, unsigned: bool) -> None:
    if stored is not None and signing is None and not unsigned and split_signature(stored.value)[0] is not None:
        raise NotStoredError(
            "the stored version is signed, and functions that want signatures would refuse this one: pass --sign KEY "
            "or --signature FILE, or --unsigned where none is wanted any more"
        )


def _signed(
    signing: Signing | None, parameter: DocumentParameter, stored: "StoredParameter | None", text: str, value: str
) -> str:
    """Put the signature before a document, if it is to have one."""
    if signing is None:
        return value
    try:
        return f"{signing.line(parameter.place_after(stored), text)}\n{value}"
    except DocumentError as error:
        raise NotStoredError(f"{parameter.full_name}: {error}") from None


def _push_words(name: str, version: int | None, *, changed: bool) -> str:
    return f"{name}: stored as version {version}" if changed else f"{name}: no change (version {version})"


def check_file(file: Path, kind: str, text: str) -> str:
    """Check a document, showing its lints, and give its text unpacked."""
    loaded, document = load_file(file, MODELS[kind], text=text)
    for found in find_lints(loaded):
        line = document.line_of(found.place)
        click.echo(f"{file}:{line}: {found.place}: {found.message} [{found.rule}]", err=True)
    return unpack(text)


def _fit(text: str, *, advanced: bool, reserved: int) -> str:
    """Give the form to store, with as many bytes to spare as its signature takes."""
    from sentinel.policy.parameter_store import ADVANCED_BYTES, STANDARD_BYTES  # noqa: PLC0415 - botocore is slow to load

    if _TEMPLATE in text:
        line = text[: text.index(_TEMPLATE)].count("\n") + 1
        raise NotStoredError(
            f'line {line} holds "{_TEMPLATE}", which Parameter Store keeps for itself: put a space between'
        )
    try:
        return pack(text, (ADVANCED_BYTES if advanced else STANDARD_BYTES) - reserved)
    except DoesNotFitError as error:
        remedy = "shorten it with globs" if advanced else "shorten it, or pass --advanced for an 8 KB parameter"
        raise NotStoredError(f"the document does not fit: {error}: {remedy}") from None


def confirm(question: str, file: Path, *, yes: bool) -> None:
    if yes:
        return
    if file == STDIN:
        raise click.UsageError(
            "a document on standard input leaves nowhere to ask: read the difference, then pass --yes"
        )
    if not click.confirm(question, err=True):
        raise NotStoredError("left as it is")


def _put(parameter: DocumentParameter, value: str, stored: "StoredParameter | None", *, advanced: bool) -> int:
    from sentinel.policy.parameter_store import ParameterStoreError  # noqa: PLC0415 - botocore is slow to load

    try:
        return parameter.store.put(parameter.name, value, replacing=stored, advanced=advanced)
    except ParameterStoreError as error:
        raise NotStoredError(str(error)) from None


@click.command
@click.option("--output", type=_FILE, metavar="FILE", help="Write here instead of standard output.")
@parameter_options
def pull(output: Path | None, *, as_json: bool, **where: Any) -> None:
    """Write the stored document exactly as it was pushed."""
    parameter = open_parameter(**where)
    stored = _find_stored(parameter)
    try:
        text = unpack(stored.value)
    except DocumentError as error:
        raise StoreError(f"{parameter.full_name}: {error}") from None
    if as_json:
        line, _ = split_signature(stored.value)
        report = {"parameter": parameter.full_name, "version": stored.version, "document": text}
        text = json.dumps(report | ({} if line is None else {"signature": line}), indent=2) + "\n"
    if output is None:
        click.echo(text.encode(), nl=False)
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise UnusableInputError([f"{output}: {error.strerror or error}"]) from None


@click.command
@click.argument("file", type=_FILE, default=STDIN)
@parameter_options
def diff(file: Path, *, as_json: bool, **where: Any) -> None:
    """Show what a push of FILE would change.

    Exit code 0: nothing; 1: something; 2: a file, an option or Parameter Store cannot be used.
    """
    text = read_text(file)
    parameter = open_parameter_for(text, **where)
    text = check_file(file, parameter.kind, text)
    stored = parameter.find()
    change = compare(stored, text, parameter.full_name, str(file))
    report = {
        "parameter": parameter.full_name,
        "changed": bool(change),
        "version": stored and stored.version,
        "diff": change,
    }
    _report(report, as_json=as_json, text=change.removesuffix("\n") or f"{parameter.full_name}: no change")
    click.get_current_context().exit(1 if change else 0)


def _find_stored(parameter: DocumentParameter) -> "StoredParameter":
    stored = parameter.find()
    if stored is None:
        raise StoreError(f"there is no parameter {parameter.full_name}: push a document first")
    return stored


def compare(stored: "StoredParameter | None", text: str, name: str, file: str) -> str:
    """Return the unified diff from the stored document to the text; empty only if they are equal.

    What a terminal would not show as what it is, another line end say, is written as an escape: an approver has to see
    all of a text.
    """
    written = "" if stored is None else _unpack_or_raw(stored.value)
    if stored is not None and written == text:
        return ""
    label = f"{name} (version {stored.version})" if stored else f"{name} (not stored yet)"
    before, after = map(_visible_lines, _without_equal_ends(written, text))
    lines = unified_diff(before, after, label, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _without_equal_ends(before: str, after: str) -> tuple[str, str]:
    """Take lines to end alike, unless their ends are all that differs."""
    alike = before.replace("\r\n", "\n"), after.replace("\r\n", "\n")
    return alike if alike[0] != alike[1] else (before, after)


def _visible_lines(text: str) -> list[str]:
    return visible(text).splitlines(keepends=True)


def _unpack_or_raw(value: str) -> str:
    try:
        return unpack(value)
    except DocumentError:
        return value  # shown as it is stored, so that it can be replaced


def _report(report: Mapping[str, Any], *, as_json: bool, text: str) -> None:
    click.echo(json.dumps(report, indent=2, ensure_ascii=False) if as_json else text)
