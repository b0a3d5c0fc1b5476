"""The `sentinel` command: a group whose commands are imported only when they run.

AWS tools start `sentinel credentials` for each of their commands, so a start imports only what it uses.
"""

import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

import click

from sentinel.errors import ClientError
from sentinel.system.streams import write_utf8
from sentinel.terminal.completing import COMPLETE
from sentinel.terminal.output import HELP_OPTIONS, note, show_error
from sentinel.terminal.spellings import OLD_NAMES, respell

# section -> name -> (module, attribute, summary in `sentinel --help`)
SECTIONS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    "Credentials": {
        "exec": ("sentinel.commands.exec_", "exec_", "Run a command with a profile's credentials."),
        "credentials": ("sentinel.commands.credentials", "credentials", "Print credentials for credential_process."),
        "env": ("sentinel.commands.env", "env", "Print credentials as variables for a shell, a container or a file."),
        "serve": ("sentinel.commands.serve", "serve", "Serve a profile's credentials to shells and IDEs."),
        "ui": ("sentinel.commands.ui", "ui", "Open the console in a browser: approvals, sessions, requests."),
        "console": ("sentinel.commands.console", "console", "Open the AWS console with a profile's session."),
        "profiles": ("sentinel.commands.profiles", "profiles", "List the profiles and whether you may have them."),
        "login": ("sentinel.commands.login", "login", "Log in at your identity provider, instead of AWS credentials."),
        "logout": ("sentinel.commands.logout", "logout", "End a login, here and at the identity provider."),
        "whoami": ("sentinel.commands.whoami", "whoami", "Show as whom Sentinel identifies you."),
        "groups": ("sentinel.commands.groups", "groups", "Show groups; push who is in one."),
        "configure": ("sentinel.commands.configure", "configure", "Write profiles into the AWS config."),
        "setup": ("sentinel.commands.setup", "setup", "Take a team's settings and profiles from a file or a URL."),
    },
    "Approvals": {
        "request": ("sentinel.commands.requests", "request", "Ask for approvals; approve, deny, cancel, list, show."),
        "break-glass": (
            "sentinel.commands.break_glass",
            "break_glass",
            "Reach a profile in an emergency; close, review, list, show.",
        ),
    },
    "Sessions": {
        "session": ("sentinel.commands.sessions", "session", "List and show sessions; end them before their time."),
        "lock": ("sentinel.commands.lockouts", "lock", "Refuse new credentials to a user, a profile or everyone."),
        "kill-switch": ("sentinel.commands.kill_switch", "kill_switch", "Show or update the kill switch."),
        "audit": ("sentinel.commands.audit", "audit", "Compare CloudTrail with the sessions."),
        "report": ("sentinel.commands.report", "report", "Say who had, approved and used what, from the audit lines."),
    },
    "APIs behind the authorizer": {
        "proof": ("sentinel.commands.proof", "proof", "Print the proof an API behind the authorizer asks for."),
        "curl": ("sentinel.commands.curl", "curl", "Ask an API behind the authorizer."),
    },
    "Operating": {
        "doctor": ("sentinel.commands.doctor", "doctor", "Check a deployment and suggest remedies."),
        "cache": ("sentinel.commands.cache", "cache", "Show or empty the credentials kept on this machine."),
        "completion": ("sentinel.commands.completion", "completion", "Print the completion script of a shell."),
        "policy": ("sentinel.commands.policy", "policy", "Validate, test, explain and publish policies."),
        "local": ("sentinel.commands.local", "local", "Run the whole system on this machine."),
    },
}
COMMANDS: Final = {name: where for section in SECTIONS.values() for name, where in section.items()}
_EPILOG: Final = """\b
Examples:
  sentinel exec dev -- aws s3 ls
  sentinel profiles
  sentinel configure dev staging
"""


# A question was answered with no: what Ctrl-C shows, too.
_DECLINED: Final = 130


class LazyGroup(click.Group):
    """Lists its commands from a table; imports one to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if renamed := respell(args):
            if not ctx.resilient_parsing:
                note(f"`sentinel {args[0]}` is now `sentinel {' '.join(renamed)}`")
            args = [*renamed, *args[1:]]
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=[*COMMANDS, *OLD_NAMES], ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, summary) for name, (_, _, summary) in commands.items()])


@click.group(cls=LazyGroup, epilog=_EPILOG, context_settings=HELP_OPTIONS)
@click.version_option(version("sentinel-vending"), prog_name="sentinel")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error. It may hold names and URLs.")
def cli(*, debug: bool) -> None:
    """Sentinel vends temporary AWS credentials by policy, with approvals and revocation."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 refused or failed, 2 misused, else the child's own code."""
    write_utf8()
    if COMPLETE in os.environ:
        from sentinel.commands.completion import answer_shell  # noqa: PLC0415 - only a shell asks for it

        answer_shell(cli)
    code = run_command_line(sys.argv[1:] if arguments is None else arguments)
    if code:
        from sentinel.system.ending import end_as  # noqa: PLC0415 - not needed to end in the usual way

        code = end_as(code)
    sys.exit(code)


def run_command_line(arguments: list[str]) -> int:
    """Run the command line and give its exit code, -n where signal n ended it or its child.

    Never a traceback, except under `--debug`.
    """
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    try:
        return _exit_code(cli.main(arguments, prog_name="sentinel", standalone_mode=False))
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        return -signal.SIGINT if isinstance(error.__cause__, KeyboardInterrupt) else _DECLINED
    except KeyboardInterrupt:
        return -signal.SIGINT
    except ClientError as error:
        show_error(error, as_json="--json" in own)
        return error.exit_code
    except BrokenPipeError:
        return 1
    except Exception as error:
        if own[:1] == ["--debug"]:
            raise
        note(f"an unexpected error: {type(error).__name__}; `sentinel --debug …` shows where")
        return 1


def _exit_code(result: Any) -> int:
    return result if isinstance(result, int) else 0
