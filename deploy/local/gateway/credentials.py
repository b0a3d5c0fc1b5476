"""Looks up access keys in the emulator, and remembers the answers for when the emulator is unreachable."""

from datetime import datetime
from typing import Final, Protocol

from deploy.local.emulator.server import EmulatorUnreachableError, KnownCredential, Unusable

_ROOM: Final = 1024


class CredentialSource(Protocol):
    """A source of credentials.

    `find_credential` returns current data, or raises EmulatorUnreachableError.
    """

    async def find_credential(self, access_key_id: str, action: str, resource: str) -> KnownCredential | Unusable: ...


class RememberedCredentials:
    """A source that answers earlier lookups from memory while the source behind it is unreachable.

    So a request still reaches the Lambda while the emulator is down, as on AWS, where verifying a signature does not
    depend on the services behind the Lambda. A remembered credential still expires at its time.
    """

    def __init__(self, source: CredentialSource) -> None:
        self._source = source
        self._remembered: dict[tuple[str, str, str], KnownCredential] = {}

    async def find_credential(
        self, access_key_id: str, action: str, resource: str, now: datetime
    ) -> KnownCredential | Unusable:
        """Find a credential.

        Raises:
            EmulatorUnreachableError: the source is unreachable, and this lookup was not made before.

        """
        question = (access_key_id, action, resource)
        try:
            found = await self._source.find_credential(*question)
        except EmulatorUnreachableError:
            remembered = self._remembered.get(question)
            if remembered is None:
                raise
            ends = remembered.keys.expires_at
            return "expired" if ends is not None and ends <= now else remembered
        if isinstance(found, KnownCredential):
            self._remember(question, found)
        else:
            self._remembered.pop(question, None)
        return found

    def _remember(self, question: tuple[str, str, str], found: KnownCredential) -> None:
        self._remembered.pop(question, None)
        self._remembered[question] = found
        if len(self._remembered) > _ROOM:
            del self._remembered[next(iter(self._remembered))]
