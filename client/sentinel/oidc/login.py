"""A person's login as a source of tokens: kept between commands, renewed by one of them for all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sentinel.errors import LoginError, ProviderError, printable
from sentinel.oidc.kept import KeptLogin, KeptTokens, LoginStore
from sentinel.oidc.tokens import expiry_of

if TYPE_CHECKING:
    # The protocol's library and the HTTP client: most commands find a token that is still good, or need none.
    from sentinel.oidc.provider import Provider, Tokens

# A token that ends while its request is under way is refused.
_AHEAD: Final = timedelta(minutes=1)
_HINT: Final = "sentinel login"


@dataclass(slots=True)
class Login:
    """The login to a server by an issuer. Blocks: on its lock, the keychain, the identity provider."""

    store: LoginStore
    server: str
    issuer: str
    ca_bundle: Callable[[], str | None]
    now: Callable[[], datetime]
    _used: str | None = field(default=None, init=False, repr=False)

    @property
    def description(self) -> str:
        login = self.kept()
        return f"login of {login.user} at {login.issuer_url}"

    def kept(self) -> KeptLogin:
        """Return the login without its tokens.

        Raises:
            LoginError: the person is not logged in.

        """
        found = self.store.find(self.server, self.issuer)
        if found is None:
            raise LoginError(f"you are not logged in to {self.server} by {self.issuer}", _HINT)
        return found

    def identity(self) -> str:
        login = self.kept()
        return f"{login.issuer_url} {login.subject}"

    def token(self) -> str:
        """Return a token with at least a minute to live, renewed if need be.

        Raises:
            LoginError: there is no login, or it has ended.
            ProviderError: it could not be renewed; the login is as it was.

        """
        login = self.kept()
        if self._is_fresh(login):
            self._used = self.store.tokens(login).id_token.get_secret_value()
        else:
            self._used = self._renewed(None)
        return self._used

    def renew(self) -> bool:
        """After the token was refused: whether there is another one, by another command's renewal or by ours.

        Raises:
            LoginError: the login has ended.
            ProviderError: it could not be renewed.

        """
        return self._used is not None and self._renewed(self._used) != self._used

    def _is_fresh(self, login: KeptLogin) -> bool:
        return login.expires_at - self.now() > _AHEAD

    def _renewed(self, refused: str | None) -> str:
        """Renew the token, unless another command has: rotation makes a refresh token good for one renewal."""
        with self.store.locked(self.server, self.issuer):
            login = self.kept()
            tokens = self.store.tokens(login)
            present = tokens.id_token.get_secret_value()
            if present != refused and self._is_fresh(login):
                return present
            if tokens.refresh_token is None:
                raise LoginError("your login has ended", _HINT)
            try:
                return self._refreshed(login, tokens.refresh_token.get_secret_value())
            except ProviderError:
                if refused is None and login.expires_at > self.now():
                    return present  # it has not ended yet
                raise

    def _refreshed(self, login: KeptLogin, refresh_token: str) -> str:
        from sentinel.oidc.connection import Connection  # noqa: PLC0415 - see above
        from sentinel.oidc.provider import EndedError, Provider  # noqa: PLC0415 - see above

        try:
            connection = Connection(self.ca_bundle())
            provider = Provider.discover(login.issuer_url, login.client_id, connection, self.now)
            renewed = provider.refresh(refresh_token, login.subject)
        except EndedError:
            self.store.remove(login)
            raise LoginError("your login has ended", _HINT) from None
        keep_login(self.store, login, renewed, refresh_token)
        return renewed.id_token


def keep_login(store: LoginStore, login: KeptLogin, tokens: "Tokens", refresh_token: str | None = None) -> bool:
    """Keep a login's new tokens; return whether the keychain has them.

    `refresh_token` is the one so far, for a provider that does not rotate.
    """
    changed = login.model_copy(update={"expires_at": expiry_of(tokens.id_token), "tokens": None})
    refresh = tokens.refresh_token or refresh_token
    return store.keep(changed, KeptTokens.model_validate({"id_token": tokens.id_token, "refresh_token": refresh}))


def new_login(server: str, issuer: str, provider: "Provider", tokens: "Tokens") -> KeptLogin:
    """Describe a login that has just been made."""
    claims = tokens.claims
    subject = str(claims["sub"])
    return KeptLogin(
        server=server,
        issuer=issuer,
        issuer_url=provider.metadata.issuer,
        client_id=provider.client_id,
        subject=subject,
        user=printable(str(claims.get("email") or claims.get("preferred_username") or subject)),
        expires_at=expiry_of(tokens.id_token),
    )
