"""What the Terraform modules declare, and whether it is what the code has."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.docs.terraform import MODULES, declarations, module_folders, render_readme
from services.authorizer.settings import AuthorizerSettings
from shared.edge.audit.line import AuditLine
from shared.edge.audit.metrics import NAMESPACE, metric_line
from shared.edge.common_settings import PREFIX
from shared.edge.settings import Settings

FOLDERS = {str(folder.relative_to(MODULES)): folder for folder in module_folders()}
SENTINEL = FOLDERS["sentinel"]


VARIABLES = [
    pytest.param(variable, block, id=f"{module}-{variable}")
    for module, folder in FOLDERS.items()
    for variable, block in declarations(folder, "variable").items()
]


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_a_readme_lists_what_its_module_declares(folder: Path) -> None:
    assert (folder / "README.md").read_text(encoding="utf-8") == render_readme(folder), "run `make pages`"


@pytest.mark.parametrize(("variable", "block"), VARIABLES)
def test_every_variable_has_a_type_and_a_meaning(variable: str, block: Mapping[str, Any]) -> None:
    assert {"type", "description"} <= block.keys(), variable


@pytest.mark.parametrize(("variable", "block"), VARIABLES)
def test_a_refusal_names_the_variable(variable: str, block: Mapping[str, Any]) -> None:
    messages = [validation["error_message"] for validation in block.get("validation", ())]
    assert all(message.startswith((f"{variable}:", f"{variable}.")) for message in messages)


def test_every_setting_of_the_functions_is_set_and_no_other() -> None:
    text = (SENTINEL / "settings.tf").read_text(encoding="utf-8")
    known = {f"{PREFIX}{name.upper()}" for model in (Settings, AuthorizerSettings) for name in model.model_fields}
    # Slack's address, which only the local stack changes.
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text)) == known - {"SENTINEL_SLACK_API"}


def test_alarms_watch_metrics_the_functions_write() -> None:
    text = (SENTINEL / "alarms.tf").read_text(encoding="utf-8")
    line = AuditLine(datetime(2026, 11, 23, tzinfo=UTC), "admin", "r", kill_switch="failed")
    written = json.loads(metric_line(line))
    assert re.findall(r'namespace += "(\w+)"', text.replace("metrics_namespace", "namespace")) == [NAMESPACE]
    assert set(re.findall(r'metric += "(\w+)"', text)) <= written.keys()
    assert ["deployment", "service"] in written["_aws"]["CloudWatchMetrics"][0]["Dimensions"]


def test_only_one_place_fills_in_a_policy_by_hand() -> None:
    """The REST API's resource policy has no counterpart in code; every other policy comes from a template."""
    by_hand = [
        str(file.relative_to(MODULES))
        for folder in FOLDERS.values()
        for file in sorted(folder.glob("*.tf"))
        if "2012-10-17" in file.read_text(encoding="utf-8")
    ]
    assert by_hand == ["sentinel/rest_stage.tf"]
