"""The examples of docs/console.md are the same console in Terraform and in the CDK, and one that can be deployed."""

import json
import re
from pathlib import Path
from typing import Any

import hcl2

from deploy.policies.issuers import Console, Issuer
from shared.edge.hosted_console import HostedConsole

PAGE = (Path(__file__).parents[2] / "docs" / "console.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def plain(value: Any) -> Any:
    """Give what was written, without the quotes the parser keeps."""
    match value:
        case dict():
            return {str(key).strip('"'): plain(each) for key, each in value.items() if not str(key).startswith("__")}
        case list():
            return [plain(each) for each in value]
        case _:
            return str(value).strip('"')


def test_the_terraform_and_the_cdk_example_are_the_same_console() -> None:
    cdk = json.loads(block("json"))["sentinel"]
    (module,) = hcl2.loads(block("hcl"))["module"]
    (theirs,) = module.values()

    assert {key: plain(theirs[key]) for key in cdk} == cdk
    issuers = {name: Issuer.model_validate(each) for name, each in cdk["issuers"].items()}
    setting = Console.model_validate(cdk["console"]).settings(issuers)["console"]
    assert HostedConsole.model_validate_json(setting).connects_to == ["https://login.example.com"]


def test_every_key_of_the_choice_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == Console.model_fields.keys()
