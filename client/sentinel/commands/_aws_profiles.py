"""Sentinel's profiles in the AWS config: what `configure` and `setup` write for each, and how the file is replaced."""

import difflib
import shutil
import sys
from pathlib import Path
from typing import Final

from sentinel.errors import ClientError, UsageError
from sentinel.settings import Settings
from sentinel.system.files import replace_file
from sentinel.system.start import join_words
from shared.core.durations import format_duration

_NAME: Final = "sentinel"


def profile_settings(settings: Settings, profile: str, region: str | None, own_profile: str | None) -> dict[str, str]:
    """Write what the AWS config holds of a profile: the command that vends it, and its region.

    The command says all it needs, the caller's own AWS profile included: a tool may run it in another environment.

    Raises:
        UsageError: the profile's name would be read as something else.

    """
    if profile.startswith("-"):
        raise UsageError(f"the profile {profile} cannot be written: a command would read its name as an option")
    flags = {
        "--remote-server": settings.server().base,
        "--aws-profile": own_profile,
        "--authentication": settings.authentication,
        "--issuer": settings.issuer,
        "--region": settings.region,
        "--signing-service": settings.signing_service,
        "--duration": format_duration(settings.duration) if settings.duration else None,
    }
    given = [word for flag, value in flags.items() if value for word in (flag, value)]
    command = join_words([*_program(), "credentials", *given, profile])
    return {"credential_process": command} | ({"region": region} if region else {})


def read_text(path: Path) -> str:
    """Read a file; one that does not exist is empty.

    Raises:
        UsageError: it cannot be read.

    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", "make it a readable file, or set AWS_CONFIG_FILE") from None


def write_text(path: Path, text: str) -> None:
    """Replace a file at once.

    Raises:
        ClientError: it cannot be written; the old file is then untouched.

    """
    try:
        replace_file(path, text)
    except OSError as error:
        raise ClientError(f"{path}: {error.strerror}", "nothing was changed; check the folder's permissions") from None


def difference(path: Path, old: str, new: str) -> str:
    """Show a change as a unified diff; empty if the texts are equal."""
    return "\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), lineterm=""))


def _program() -> list[str]:
    """Name this very program by a whole path: a tool started from a desktop has another PATH than a shell."""
    found = shutil.which(sys.argv[0]) if Path(sys.argv[0]).stem == _NAME else None
    # -P: a `sentinel.py` in the folder where a tool is started is not this program.
    return [sys.executable, "-P", "-m", _NAME] if found is None else [str(Path(found).absolute())]
