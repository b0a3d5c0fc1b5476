import click

from sentinel.commands._calls import call_api
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import print_json


@click.command(cls=Command)
@connection_options
@json_option
def whoami(settings: Settings, *, as_json: bool) -> None:
    """Show as whom Sentinel identifies you: the `user` of its policies, and the identity behind it.

    `by` is what the request was made with: your AWS credentials, a login, or a token of this job.
    """
    caller = call_api(settings, lambda api: api.whoami())
    facts = {**caller.model_dump(), "by": settings.caller().description}
    if as_json:
        print_json(facts)
        return
    for name, fact in facts.items():
        if value := ", ".join(fact) if isinstance(fact, tuple) else fact:
            click.echo(f"{name.replace('_', ' '):<14} {value}")
