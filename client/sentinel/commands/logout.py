from collections.abc import Callable

import click

from sentinel.commands._cache import forget_server
from sentinel.errors import ClientError, ProviderError
from sentinel.oidc.connection import Connection
from sentinel.oidc.kept import KeptLogin, LoginStore, names_of, open_logins
from sentinel.oidc.provider import Provider
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import note, print_json
from shared.clock import utc_now


@click.command(cls=Command)
@connection_options
@click.option("--all", "every", is_flag=True, help="Log out of every server.")
@json_option
def logout(settings: Settings, *, every: bool, as_json: bool) -> None:
    """End a login: revoke it at the identity provider, and remove what is kept of it here.

    Credentials that were vended with it leave the cache. Their sessions last to their end, or until they are revoked:
    `sentinel session revoke`.
    """
    store = open_logins()
    logins = store.all()
    if not every:
        server = settings.server().base
        logins = [login for login in logins if login.server == server and settings.issuer in (None, login.issuer)]
    revoked = {login.key: _end(store, login, Connection(settings.base().ca_bundle())) for login in logins}
    if as_json:
        report = [{"server": each.server, "issuer": each.issuer, "revoked": revoked[each.key]} for each in logins]
        print_json({"logged_out": report})
    elif logins:
        note(f"logged out: {', '.join(names_of(logins))}")
    else:
        note("you were not logged in")


def _end(store: LoginStore, login: KeptLogin, connection: Connection) -> bool:
    """Revoke and remove a login; return whether the provider has revoked it.

    Raises:
        LoginError: the keychain does not remove it.

    """
    with store.locked(login.server, login.issuer):
        revoked = _best_effort(login, lambda: _revoke(store, login, connection))
        store.remove(login)
    forget_server(login.server)
    return revoked


def _revoke(store: LoginStore, login: KeptLogin, connection: Connection) -> bool:
    tokens = store.tokens(login)
    if tokens.refresh_token is None:
        return False
    provider = Provider.discover(login.issuer_url, login.client_id, connection, utc_now)
    if not provider.revoke(tokens.refresh_token.get_secret_value()):
        raise ProviderError("it has no way to revoke it")
    return True


def _best_effort(login: KeptLogin, revoke: Callable[[], bool]) -> bool:
    try:
        return revoke()
    except ClientError as error:
        note(f"{login.issuer_url} did not revoke the login of {login.user}: {error.message}")
        return False
