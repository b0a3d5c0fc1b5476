"""What `sentinel setup` keeps: a file of its own, the last that settings are read from. Those of the user stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import orjson

from sentinel.errors import ClientError
from sentinel.settings import SETTINGS, read_team, team_file
from sentinel.system.files import replace_file
from sentinel.team.document import TeamFile


@dataclass(frozen=True, slots=True)
class KeptTeam:
    """A team's settings as they were confirmed. `profiles` are the names that were written into the AWS config."""

    name: str
    source: str
    settings: Mapping[str, str]
    profiles: tuple[str, ...]

    @classmethod
    def of(cls, team: TeamFile, source: str, own_profile: str | None) -> Self:
        """Keep a team file, with the AWS profile of the user's own choice, which no team file names."""
        own = {"aws_profile": own_profile} if own_profile else {}
        return cls(
            team.name, source, {**team.settings(), **own}, tuple(f"{team.prefix}{name}" for name in team.profiles)
        )

    @property
    def server(self) -> str:
        return self.settings.get("remote_server", "")


def load_kept(environ: Mapping[str, str]) -> KeptTeam | None:
    """Read what is kept; None if nothing is.

    Raises:
        UsageError: it is not what setup writes.

    """
    kept: Mapping[str, Any] = read_team(team_file(environ))
    if not kept:
        return None
    settings = {name: str(kept[name]) for name in SETTINGS if name in kept}
    return KeptTeam(str(kept.get("name")), str(kept.get("source")), settings, tuple(kept.get("profiles", ())))


def keep(team: KeptTeam, environ: Mapping[str, str]) -> Path:
    """Write the file, for its owner alone.

    Raises:
        ClientError: it cannot be written.

    """
    path = team_file(environ)
    document = {"name": team.name, "source": team.source, **team.settings, "profiles": team.profiles}
    try:
        replace_file(path, orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    except OSError as error:
        raise _unwritable(path, error) from None
    return path


def forget(environ: Mapping[str, str]) -> None:
    """Remove the file.

    Raises:
        ClientError: it cannot be removed.

    """
    path = team_file(environ)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> ClientError:
    return ClientError(f"{path}: {error.strerror}", _HINT)


_HINT: Final = "check the folder's permissions"
