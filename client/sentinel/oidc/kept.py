"""Where logins are kept: what is no secret in a file each, the tokens in the system's keychain.

Where there is no keychain, or it does not take them, the tokens are in the same file. It is readable by its owner
alone, in a folder only the owner may enter. A login is of one server and one issuer: its token goes to no other.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError

from sentinel.errors import LoginError
from sentinel.paths import xdg_directory
from sentinel.system.files import open_private_folder, replace_file
from sentinel.system.keychain import KeychainError, open_keychain
from sentinel.system.locks import locked


class KeptTokens(BaseModel):
    """The secrets of a login."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id_token: SecretStr
    refresh_token: SecretStr | None = None

    def written(self) -> dict[str, str | None]:
        refresh = self.refresh_token
        return {
            "id_token": self.id_token.get_secret_value(),
            "refresh_token": refresh.get_secret_value() if refresh else None,
        }


class KeptLogin(BaseModel):
    """A login as its file describes it. `tokens` is None where the keychain has them; `user` is for people to read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    server: str
    issuer: str
    issuer_url: str
    client_id: str
    subject: str
    user: str
    expires_at: AwareDatetime
    tokens: KeptTokens | None = None

    @property
    def key(self) -> str:
        return login_key(self.server, self.issuer)


def login_key(server: str, issuer: str) -> str:
    """Name a server's login by one issuer."""
    return hashlib.sha256(orjson.dumps((server, issuer))).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class LoginStore:
    """The user's logins; nothing is made before one is kept."""

    folder: Path

    def find(self, server: str, issuer: str) -> KeptLogin | None:
        """Return the login to a server by an issuer, without asking the keychain."""
        found = self._read(self.folder / f"{login_key(server, issuer)}.json")
        return found if found is not None and (found.server, found.issuer) == (server, issuer) else None

    def all(self) -> list[KeptLogin]:
        """Return every login that can be read, by server and issuer."""
        found = map(self._read, self.folder.glob("*.json")) if self.folder.exists() else ()
        return sorted((each for each in found if each is not None), key=lambda login: (login.server, login.issuer))

    def tokens(self, login: KeptLogin) -> KeptTokens:
        """Return the tokens of a login.

        Raises:
            LoginError: the keychain does not give them.

        """
        if login.tokens is not None:
            return login.tokens
        keychain = open_keychain()
        try:
            secret = keychain.read(login.key) if keychain else None
        except KeychainError as error:
            raise LoginError(
                f"the system's keychain does not give your login ({error})", "unlock it, or run `sentinel login`"
            ) from None
        try:
            return KeptTokens.model_validate_json(secret or "")
        except ValidationError:
            raise LoginError("the system's keychain does not have your login", "sentinel login") from None

    def keep(self, login: KeptLogin, tokens: KeptTokens) -> bool:
        """Keep a login in place of an older one; return whether the keychain has its tokens.

        Raises:
            UsageError: the folder is not the caller's alone.

        """
        open_private_folder(self.folder, "")
        is_in_keychain = self._hand_over(login.key, tokens)
        document = login.model_dump(mode="json", exclude={"tokens"})
        if not is_in_keychain:
            document["tokens"] = tokens.written()
        replace_file(self.folder / f"{login.key}.json", orjson.dumps(document).decode())
        return is_in_keychain

    def remove(self, login: KeptLogin) -> None:
        """Remove a login, its tokens first.

        Raises:
            LoginError: the keychain does not remove them; the login is then still there.

        """
        if keychain := open_keychain():
            try:
                keychain.remove(login.key)  # an older login's may be there although the file has this one's
            except KeychainError as error:
                if login.tokens is None:
                    message = f"the system's keychain does not remove your login ({error})"
                    raise LoginError(message, "unlock it") from None
        (self.folder / f"{login.key}.json").unlink(missing_ok=True)

    def locked(self, server: str, issuer: str) -> AbstractContextManager[None]:
        """Hold a login's lock while the block runs; blocks while another process has it."""
        open_private_folder(self.folder, "")
        return locked(self.folder / f"{login_key(server, issuer)}.lock")

    def _hand_over(self, key: str, tokens: KeptTokens) -> bool:
        keychain = open_keychain()
        if keychain is None:
            return False
        try:
            keychain.write(key, orjson.dumps(tokens.written()).decode())
        except KeychainError:
            return False  # Windows takes 2560 bytes
        return True

    def _read(self, path: Path) -> KeptLogin | None:
        if not path.exists():
            return None
        open_private_folder(self.folder, "")
        try:
            return KeptLogin.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None


def open_logins() -> LoginStore:
    """Open the user's logins."""
    return LoginStore(xdg_directory(os.environ, "XDG_STATE_HOME", ".local/state") / "logins")


def names_of(logins: list[KeptLogin]) -> Iterator[str]:
    """Describe logins for people."""
    return (f"{login.user} at {login.server} ({login.issuer})" for login in logins)
