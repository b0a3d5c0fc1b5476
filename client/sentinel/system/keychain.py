"""The operating system's keychain, by `keyring`: Keychain, Credential Manager, Secret Service or KWallet.

Only a backend that keyring itself recommends counts: others (a plain file, a null one) are no better than our own file.
"""

from dataclasses import dataclass
from typing import Any, Final

_SERVICE: Final = "sentinel"


class KeychainError(Exception):
    """The keychain is there and does not do it: locked, denied, or the secret is too long for it."""


@dataclass(frozen=True, slots=True)
class Keychain:
    """Secrets by name. Backends raise what they like, so every error of theirs is a KeychainError without its text."""

    _backend: Any

    def read(self, name: str) -> str | None:
        """Return a secret; None if it has no such name."""
        try:
            secret: str | None = self._backend.get_password(_SERVICE, name)
        except Exception as error:  # noqa: BLE001 - as the class says
            raise KeychainError(type(error).__name__) from None
        return secret

    def write(self, name: str, secret: str) -> None:
        """Keep a secret, in place of an older one."""
        try:
            self._backend.set_password(_SERVICE, name, secret)
        except Exception as error:  # noqa: BLE001 - as the class says
            raise KeychainError(type(error).__name__) from None

    def remove(self, name: str) -> None:
        """Remove a secret, if it is there."""
        if self.read(name) is None:
            return
        try:
            self._backend.delete_password(_SERVICE, name)
        except Exception as error:  # noqa: BLE001 - as the class says
            raise KeychainError(type(error).__name__) from None


def open_keychain() -> Keychain | None:
    """Open the system's keychain; None where there is no such thing, as in a container or over SSH."""
    # Looking for one asks D-Bus or loads the system's frameworks: only for a login.
    import keyring  # noqa: PLC0415 - see above
    from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415 - see above
    from keyring.core import recommended  # noqa: PLC0415 - see above

    try:
        chosen = keyring.get_keyring()
        backends = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
        return next((Keychain(backend) for backend in backends if recommended(backend)), None)
    except Exception:  # noqa: BLE001 - a backend that cannot be loaded counts as missing
        return None
