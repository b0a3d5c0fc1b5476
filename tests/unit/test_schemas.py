"""The JSON Schemas for editors: they take what the loader takes, and name what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from deploy.docs.pages import DOCS, PAGES
from sentinel.policy.files import MODELS, check_text, guess_text
from shared.documents import read_document

EXAMPLES = DOCS.parent / "examples" / "policies"
KIND_OF = {"access.cases": "cases"}
ISSUER = 'version: "1"\nissuer: https://login.corp.example\naudiences: [sentinel]\nkind: people\nmax_token_age: 1h\n'
TOKEN_RULE = """
version: "1"
rules:
  - name: deploy
    effect: allow
    conditions:
      issuers: [github]
      claims: {repository_id: ["74"], environment: [production]}
      authentication: [oidc]
      groups: [github/x]
"""
GROUP = 'version: "1"\nmembers: [carol@example.com, role/ci]\n'


def schema(kind: str) -> Draft202012Validator:
    loaded: dict[str, Any] = json.loads(PAGES[f"schemas/{kind}.schema.json"]())
    meta.validate(loaded)
    return Draft202012Validator(loaded)


def problems(kind: str, text: str) -> list[str]:
    return [each.message for each in schema(kind).iter_errors(read_document(text).value)]


def test_every_kind_that_is_stored_as_text_has_a_schema() -> None:
    assert {name for name in PAGES if name.startswith("schemas/")} == {
        f"schemas/{kind}.schema.json" for kind in (*MODELS, "cases", "audit-line", "notice")
    }


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("**/*.yaml")), ids=lambda file: file.stem)
def test_the_examples_fit_the_schema_that_they_name(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    kind = KIND_OF.get(file.stem) or guess_text(text)
    assert problems(kind, text) == []


@pytest.mark.parametrize(("kind", "text"), [("issuer", ISSUER), ("access", TOKEN_RULE), ("group", GROUP)])
def test_what_concerns_tokens_and_groups_fits(kind: str, text: str) -> None:
    check_text(text, kind)
    assert problems(kind, text) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("access", "version: '1'\nrules: [{name: a, effect: allow, conditions: {user: [a]}}]"),
        ("access", "version: '1'\nrules: [{name: a, effect: permit, conditions: {}}]"),
        ("access", "version: '2'\nrules: [{name: a, effect: allow, conditions: {}}]"),
        ("access", "version: '1'\nrules: [{name: a, effect: allow, conditions: {}, max_duration: long}]"),
        ("access", "version: '1'\nrules: [{name: a, effect: allow, conditions: {authentication: [saml]}}]"),
        ("issuer", ISSUER.replace("people", "person")),
        ("issuer", f"{ISSUER}audience: [x]\n"),
        ("group", "version: '1'\nmembers: []"),
        ("group", f"{GROUP}owner: eve\n"),
        ("admin", "version: '1'\nrules: [{name: a, users: [b], permissions: [group], may_push: [c]}]"),
        ("profile", "role: x"),
    ],
)
def test_what_the_loader_refuses_an_editor_marks(kind: str, text: str) -> None:
    assert problems(kind, text)


@pytest.mark.parametrize(
    ("comment", "kind"),
    [
        ("# yaml-language-server: $schema=https://x.example/schemas/admin.schema.json", "admin"),
        ("# Who may what.\n#yaml-language-server: $schema=../docs/schemas/issuer.schema.json", "issuer"),
        ("# yaml-language-server: $schema=https://x.example/other.schema.json", "access"),
        ("# admin.schema.json", "access"),
    ],
)
def test_the_comment_for_editors_says_of_which_kind_a_document_is(comment: str, kind: str) -> None:
    assert guess_text(f"{comment}\nversion: '1'\nrules: []\n") == kind


def test_no_comment_makes_a_webhook_anything_else() -> None:
    text = "# yaml-language-server: $schema=x/access.schema.json\nurl: https://x.example\nsecret: s\n"
    assert guess_text(text) == "webhook"
