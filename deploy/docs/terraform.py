"""Writes the tables of inputs and outputs in the README of each Terraform module, from what the modules declare.

A README's own words stay: only what follows its last heading `## Inputs` is written. A test compares.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import hcl2
from hcl2.utils import SerializationOptions

from deploy.markdown import table

MODULES: Final = Path(__file__).parents[1] / "terraform"
_HEADING: Final = "## Inputs\n"
_OPTIONS: Final = SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)


def module_folders() -> list[Path]:
    """Find the modules: every folder that declares outputs, examples apart."""
    found = (file.parent for file in MODULES.rglob("outputs.tf"))
    return sorted(folder for folder in found if "examples" not in folder.parts and ".terraform" not in folder.parts)


def declarations(folder: Path, kind: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the blocks of a kind, `variable` or `output`, by name; by file and in their order."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(folder.glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        # Parsing is slow, and few files declare any.
        parsed = hcl2.loads(text, serialization_options=_OPTIONS) if f'{kind} "' in text else {}
        for block in parsed.get(kind, ()):
            found |= block
    return found


def render_readme(folder: Path) -> str:
    """Keep a README's own words, and write its tables again."""
    words, heading, _ = (folder / "README.md").read_text(encoding="utf-8").partition(_HEADING)
    if not heading:
        raise LookupError(f"{folder / 'README.md'} has no heading `{_HEADING.strip()}` to write the tables below")
    inputs = (
        (f"`{name}`", block["description"], f"`{_one_line(block['type'])}`", _default(block))
        for name, block in declarations(folder, "variable").items()
    )
    outputs = ((f"`{name}`", block["description"]) for name, block in declarations(folder, "output").items())
    tables = (
        table(("name", "meaning", "type", "default"), inputs),
        table(("name", "meaning"), outputs),
    )
    return f"{words}{_HEADING}\n" + "\n\n## Outputs\n\n".join(tables) + "\n"


def _one_line(expression: str) -> str:
    return " ".join(expression.removeprefix("${").removesuffix("}").split())


def _default(block: Mapping[str, Any]) -> str:
    if "default" not in block:
        return "required"
    match block["default"]:
        case None:
            return "null"
        case bool() as value:
            return f"`{str(value).lower()}`"
        case str() as value:
            return f'`"{value}"`'
        case value:
            return f"`{value}`"
