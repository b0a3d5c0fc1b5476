"""Sentinel's part of the AWS config file: a marked block of profiles. Nothing outside the block is ever changed."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sentinel.errors import UsageError
from sentinel.system.files import set_mode

BEGIN: Final = "# >>> sentinel: written by `sentinel configure`; what is changed in here is lost >>>"
END: Final = "# <<< sentinel <<<"
_SECTION: Final = re.compile(r"\s*\[\s*(?:profile\s+)?[\"']?(?P<name>[^\]\"']+?)[\"']?\s*\]")


@dataclass(frozen=True, slots=True)
class ConfigText:
    """The file in three parts: before the block, the block's profiles (name -> its lines), and after.

    `after_line` is how many lines come before the last part.
    """

    before: str
    profiles: Mapping[str, str]
    after: str
    after_line: int = 0

    def with_profiles(self, profiles: Mapping[str, str]) -> str:
        """Render the file with these profiles in the block; with none, without the block."""
        if not profiles:
            return self.before + self.after
        before = self.before if not self.before or self.before.endswith("\n") else self.before + "\n"
        blocks = "\n".join(profiles[name] for name in sorted(profiles))
        return f"{before}{BEGIN}\n{blocks}{END}\n{self.after}"


def parse_config(text: str, path: Path) -> ConfigText:
    """Find the block.

    Raises:
        UsageError: its marks do not pair, so the block is not certain.

    """
    lines = text.splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines) if line.strip() == BEGIN]
    ends = [number for number, line in enumerate(lines) if line.strip() == END]
    if not begins and not ends:
        return ConfigText(text, {}, "")
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        places = ", ".join(str(number + 1) for number in sorted([*begins, *ends]))
        raise UsageError(
            f"{path}: sentinel's begin and end marks do not pair (lines {places})",
            "leave one begin and one end mark around sentinel's profiles, or delete them with what is between",
        )
    begin, end = begins[0], ends[0]
    return ConfigText("".join(lines[:begin]), _profiles(lines[begin + 1 : end]), "".join(lines[end + 1 :]), end + 1)


def profile_block(name: str, command: str, region: str | None) -> str:
    """Write one profile as the AWS config file holds it."""
    lines = [f"[profile {name}]", f"credential_process = {command}", *([f"region = {region}"] if region else [])]
    return "\n".join([*lines, ""])


def refuse_conflicts(names: Sequence[str], config: ConfigText, path: Path, credentials_file: Path) -> None:
    """Refuse names that the user's own part of the config, or the shared credentials file, already defines.

    Raises:
        UsageError: the first of them; AWS tools would merge the two definitions, or prefer the other one.

    """
    places = _sections(config.before, path, 0) | _sections(config.after, path, config.after_line)
    if credentials_file.exists():
        places |= _sections(credentials_file.read_text(encoding="utf-8"), credentials_file, 0)
    for name in names:
        if name in places:
            raise UsageError(
                f"{places[name]}: the profile {name} is already there, and is not sentinel's",
                "remove it, or give sentinel's profiles names of their own with --prefix",
            )


def replace_file(path: Path, text: str) -> None:
    """Replace the file at once, keeping its mode and a symlink to it; a new one is 0600.

    Raises:
        OSError: the folder or the file cannot be written; the old file is then untouched.

    """
    target = path.resolve()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o600
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            set_mode(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _profiles(lines: Sequence[str]) -> dict[str, str]:
    profiles: dict[str, str] = {}
    name = ""
    for line in lines:
        if match := _SECTION.match(line):
            name = match["name"]
            profiles[name] = ""
        if name and line.strip():
            profiles[name] += line
    return profiles


def _sections(text: str, path: Path, lines_before: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), lines_before + 1):
        if match := _SECTION.match(line):
            found[match["name"]] = f"{path}:{number}"
    return found
