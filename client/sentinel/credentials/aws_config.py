"""Sentinel's part of the AWS config file: a marked block of profiles. Nothing outside the block is ever changed.

Only the two marks are read here. What the text between and around them means is botocore's word, as AWS tools read it.
"""

import os
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from botocore.compat import compat_shell_split
from botocore.configloader import build_profile_map, raw_config_parse
from botocore.exceptions import BotoCoreError, ConfigNotFound, ConfigParseError
from botocore.session import Session

from sentinel.credentials.variables import INSIDE_EXEC
from sentinel.errors import BaseCredentialsError, UsageError, printable
from sentinel.paths import expand

BEGIN: Final = "# >>> sentinel: written by `sentinel configure`; what is changed in here is lost >>>"
END: Final = "# <<< sentinel <<<"
# What the configuration files of every SDK may have in an identifier.
_NAME: Final = re.compile(r"[A-Za-z0-9_./%@:+-]+")
# Profile name -> its settings; a nested setting (`s3 =`) is a mapping.
Profiles = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AwsConfig:
    """The config file, and its three parts: before the block, the block's profiles, and after.

    `after_line` is how many lines come before the last part.
    """

    path: Path
    text: str
    before: str
    profiles: Profiles
    after: str
    after_line: int = 0

    def with_profiles(self, profiles: Profiles) -> str:
        """Render the file with these profiles in the block; with none, without the block.

        Raises:
            UsageError: AWS tools would use another definition of one of them, or not read it as it is meant.

        """
        if not profiles:
            return self.before + self.after
        self._refuse_conflicts(profiles)
        before = self.before if not self.before or self.before.endswith("\n") else self.before + "\n"
        block = "\n".join(render_section(f"profile {name}", profiles[name]) for name in sorted(profiles))
        text = f"{before}{BEGIN}\n{block}{END}\n{self.after}"
        read = _read_profiles(text, self.path)
        for name, settings in profiles.items():
            if not _NAME.fullmatch(name):
                raise UsageError(f"AWS tools cannot read a profile of the name {name!r}", "choose another --prefix")
            # The other SDKs read a continued line in ways of their own.
            is_one_line = all(isinstance(value, Mapping) or str(value).isprintable() for value in settings.values())
            if not is_one_line or read.get(name) != settings:
                raise UsageError(f"AWS tools would not read the profile {name} as it is meant")
        return text

    def _refuse_conflicts(self, names: Collection[str]) -> None:
        if "default" in names:
            raise UsageError(
                "AWS tools use the profile default without --profile, so it is not written",
                "give sentinel's profiles names of their own: --prefix, or `prefix` of a team file",
            )
        own = _read_profiles(self.before + self.after, self.path)
        stored = _stored_profiles()
        for name in names:
            if name in own or name in stored:
                place = f"{self.path}:{self._line_of(name)}" if name in own else credentials_file()
                raise UsageError(
                    f"{place}: the profile {name} is already there, and is not sentinel's",
                    "remove it, or give sentinel's profiles names of their own: --prefix, or `prefix` of a team file",
                )

    def _line_of(self, name: str) -> int:
        return next((number for number, line in self._own_headers() if name in _read_header(line)), 1)

    def _own_headers(self) -> Iterator[tuple[int, str]]:
        for first, text in ((1, self.before), (self.after_line + 1, self.after)):
            for number, line in enumerate(text.splitlines(), first):
                if line.startswith("["):
                    yield number, line


def server_of(profile: Mapping[str, Any]) -> str | None:
    """Name the server that a profile of ours asks; None if it is not one of ours."""
    try:
        words = compat_shell_split(str(profile.get("credential_process", "")))
    except ValueError:
        return None
    return next((after for word, after in pairwise(words) if word == "--remote-server"), None)


def config_file() -> Path:
    """Name the config file AWS tools read, whether or not it exists.

    Raises:
        UsageError: the environment names none, or one that only a child of ours has.

    """
    return _file("config_file", "AWS_CONFIG_FILE")


def credentials_file() -> Path:
    """Name the shared credentials file AWS tools read.

    Raises:
        UsageError: the environment names none.

    """
    return _file("credentials_file", "AWS_SHARED_CREDENTIALS_FILE")


def parse_config(text: str, path: Path) -> AwsConfig:
    """Find the block.

    Raises:
        UsageError: its marks do not pair, so the block is not certain; or AWS tools cannot read what is in it.

    """
    lines = text.splitlines(keepends=True)
    begins = [number for number, line in enumerate(lines) if line.strip() == BEGIN]
    ends = [number for number, line in enumerate(lines) if line.strip() == END]
    if not begins and not ends:
        return AwsConfig(path, text, text, {}, "")
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        places = ", ".join(str(number + 1) for number in sorted([*begins, *ends]))
        raise UsageError(
            f"{path}: sentinel's begin and end marks do not pair (lines {places})",
            "leave one begin and one end mark around sentinel's profiles, or delete them with what is between",
        )
    begin, end = begins[0], ends[0]
    profiles = _read_profiles("".join(lines[begin + 1 : end]), path)
    return AwsConfig(path, text, "".join(lines[:begin]), profiles, "".join(lines[end + 1 :]), end + 1)


def render_section(header: str, settings: Mapping[str, Any]) -> str:
    """Write a section as botocore reads it."""
    lines = [f"[{header}]"]
    for name, value in settings.items():
        nested = value.items() if isinstance(value, Mapping) else ()
        lines.append(f"{name} =" if nested else f"{name} = {value}".replace("\n", "\n    "))
        lines += [f"    {inner} = {each}" for inner, each in nested]
    return "\n".join([*lines, ""])


def fetch_as_aws_tools_do(profile: str) -> str | None:
    """Fetch credentials of a profile by what the config file says, and name their account if that is known.

    Raises:
        BaseCredentialsError: an AWS tool would get none; the message is what it would be shown.

    """
    try:
        credentials = Session(profile=profile).get_credentials()
        account: str | None = credentials.get_frozen_credentials().account_id if credentials else None
    except (BotoCoreError, OSError, ValueError) as error:
        said = getattr(error, "kwargs", {}).get("error_msg") or error
        raise BaseCredentialsError(printable(str(said).removeprefix("sentinel: "))) from None
    method = credentials.method if credentials else "nowhere"
    if method != "custom-process":
        raise BaseCredentialsError(f"AWS tools take them from elsewhere ({method})")
    return account


def _file(variable: str, environment: str) -> Path:
    if INSIDE_EXEC in os.environ:
        raise UsageError("inside `sentinel exec` and `serve` AWS tools read other files", "run this in another shell")
    named = Session().get_config_variable(variable)
    if not named:
        raise UsageError(f"{environment} is set and empty: AWS tools read no such file", f"unset {environment}")
    return expand(named)


def _stored_profiles() -> Collection[str]:
    try:
        return list(raw_config_parse(str(credentials_file())))
    except ConfigNotFound:
        return ()
    except ConfigParseError:
        raise _unreadable(credentials_file()) from None


def _read_profiles(text: str, path: Path) -> Profiles:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "config")
        copy.write_text(text, encoding="utf-8")
        try:
            sections = raw_config_parse(str(copy))
        except ConfigParseError:
            raise _unreadable(path) from None
    # Other SDKs allow spaces inside the brackets.
    profiles: Profiles = build_profile_map({name.strip(): section for name, section in sections.items()})["profiles"]
    return profiles


def _read_header(line: str) -> Collection[str]:
    try:
        return _read_profiles(line, Path())
    except UsageError:
        return ()


def _unreadable(path: Path) -> UsageError:
    return UsageError(f"{path}: AWS tools cannot read this file", "`aws configure list` says the same: fix the file")
