"""Writes the generated pages: `python -m deploy.docs.pages`. A test compares them with what is committed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from deploy.docs.actions.classified import render_guardrails
from deploy.docs.cli_reference import render as render_cli_reference
from deploy.docs.openapi import renderer
from deploy.docs.terraform import module_folders, render_readme
from deploy.docs.threats.page import render_threat_counts, render_threat_model
from deploy.markdown import replace, table
from services.admin.api import ENDPOINTS as ADMIN_CALLS
from services.authorizer.settings import AuthorizerSettings
from services.vend.api import ENDPOINTS as VEND_CALLS
from shared.core.durations import format_duration
from shared.core.guard import Denial
from shared.edge.error_codes import ERRORS
from shared.edge.settings import PREFIX, CommonSettings, Settings

DOCS: Final = Path(__file__).parents[2] / "docs"
_COMMAND: Final = "deploy.docs.pages"
_OF_AWS: Final = {
    "AWS_REGION": "The function's region; Lambda sets it.",
    "AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN": "The execution role's keys; Lambda sets them.",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI`, `AWS_CONTAINER_AUTHORIZATION_TOKEN": "The same with SnapStart.",
    "AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL": "Endpoints to call instead of the region's own.",
    "AWS_USE_FIPS_ENDPOINT": "`true`: call FIPS endpoints. The authorizer asks STS where a proof was signed for.",
    "AWS_USE_DUALSTACK_ENDPOINT": "`true`: call endpoints with IPv6.",
    "AWS_CA_BUNDLE": "Authorities trusted for calls to AWS; without it those of `SSL_CERT_FILE` or the system.",
    "SSL_CERT_FILE": "Authorities trusted for all else. Where it names those for AWS, webhooks trust the system's.",
    "HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY": "Proxy for calls to AWS, and the hosts that are called without it.",
}
_SETTINGS: Final = """\
# Settings of the Lambdas

Environment variables, checked when a function starts; every problem is listed at once, and an unknown
variable that begins `{prefix}` is one.

## Vend and admin

{settings}

## Authorizer

Deploy one for each set of APIs that accept the same profiles.

{authorizer}

## Variables of AWS

These have the meaning they have in AWS's SDKs. No configuration file and no profile is read.

{aws}
"""
_ERRORS: Final = """\
# Error codes

Every error is `{{code, message, request_id, hint}}`; the codes are stable. `Code` and `Message` repeat the
first two for SDKs that read those spellings.

{codes}

## Codes of the authorizer

A caller the authorizer refuses learns no more than 403. The audit line has the code and its meaning;
where something could not be read, it has `unavailable` or `throttled` and names the dependency.

{denials}
"""


def render_settings() -> str:
    return _SETTINGS.format(
        prefix=PREFIX,
        settings=_settings_table(Settings),
        authorizer=_settings_table(AuthorizerSettings),
        aws=table(("variable", "meaning"), ((f"`{name}`", meaning) for name, meaning in _OF_AWS.items())),
    )


def _settings_table(model: type[CommonSettings]) -> str:
    rows = (
        (
            f"`{PREFIX}{name.upper()}`",
            "required" if field.is_required() else _default(field.default),
            field.description,
        )
        for name, field in model.model_fields.items()
    )
    return table(("variable", "default", "meaning"), rows)


def _default(value: object) -> str:
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`"
    return f"`{value}`" if value not in ((), None) else "empty"


def render_errors() -> str:
    rows = ((f"`{code}`", each.status.value, each.meaning, each.remedy) for code, each in ERRORS.items())
    return _ERRORS.format(
        codes=table(("code", "status", "meaning", "what to do"), rows),
        denials=table(("code", "meaning"), ((f"`{denial.code}`", denial) for denial in Denial)),
    )


def _between_markers(name: str, render: Callable[[], str]) -> Callable[[], str]:
    """Make the function that writes one section of a page; the rest of the page is people's."""
    return lambda: replace((DOCS / name).read_text(encoding="utf-8"), _COMMAND, f"\n{render()}\n")


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "settings.md": render_settings,
    "errors.md": render_errors,
    "cli.md": render_cli_reference,
    "assurance.md": _between_markers("assurance.md", render_threat_counts),
    "guardrails.md": _between_markers("guardrails.md", render_guardrails),
    "threat-model.md": render_threat_model,
    "openapi/vend.json": renderer("Sentinel vend", VEND_CALLS),
    "openapi/admin.json": renderer("Sentinel admin", ADMIN_CALLS),
}


def main() -> None:
    """Write every page, and the README of every Terraform module."""
    for name, render in PAGES.items():
        (DOCS / name).write_text(render(), encoding="utf-8")
    for folder in module_folders():
        (folder / "README.md").write_text(render_readme(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
