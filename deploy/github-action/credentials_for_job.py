"""The action's only step: a job's OpenID Connect token for AWS credentials. Standard library only, Python 3.9 or newer.

Without arguments it reads the action's inputs (INPUT_...) and writes the environment or an AWS profile. With arguments
it is that profile's `credential_process`. Secrets are masked before anything else is done with them.
"""

import json
import os
import re
import secrets
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

_LIMIT_S = 30
_ATTEMPTS = 3
_AGAIN = frozenset({429, 500, 502, 503, 504})
# What each input may look like. The patterns leave nothing that a shell, an AWS config or a URL would read otherwise.
_INPUTS = {
    "url": r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?|http://(localhost|127\.0\.0\.1):[0-9]+",
    "issuer": r"[a-z][a-z0-9-]{0,31}",
    "profile": r"[A-Za-z0-9._-]{1,64}",
    "duration": r"[0-9hms.]{0,16}",
    "audience": r"[A-Za-z0-9._:/@-]{1,256}",
    "output": r"environment|profile",
    "aws_profile": r"[A-Za-z0-9._-]{0,64}",
    "region": r"[a-z0-9-]{0,32}",
}
_PRINTABLE = re.compile(r"[!-~]+")
_ASKED = ("url", "issuer", "profile", "duration", "audience")


class ActionError(Exception):
    """The step fails; the message says why and what to do."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: it would take the token elsewhere."""

    def redirect_request(self, *_args: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def main(arguments: "list[str]") -> None:
    """Run the step, or answer an AWS SDK."""
    if arguments:
        chosen = check(dict(zip(_ASKED, arguments)))  # noqa: B905 - Python 3.9
        sys.stdout.write(json.dumps(as_process_answer(fetch(chosen, token_of_job(chosen["audience"])))))
        return
    chosen = check({name: os.environ.get(f"INPUT_{name.upper()}", "").strip() for name in _INPUTS})
    token = token_of_job(chosen["audience"])
    mask(token)
    vended = fetch(chosen, token)
    mask(vended["SecretAccessKey"], vended["Token"])
    exports = {name: chosen["region"] for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if chosen["region"]}
    if chosen["output"] == "profile":
        exports.update(write_profile(chosen))
    else:
        exports["AWS_ACCESS_KEY_ID"] = vended["AccessKeyId"]
        exports["AWS_SECRET_ACCESS_KEY"] = vended["SecretAccessKey"]
        exports["AWS_SESSION_TOKEN"] = vended["Token"]
    export(exports)
    sys.stdout.write(f"Sentinel profile {chosen['profile']}: credentials until {vended['Expiration']}\n")


def check(given: "dict[str, str]") -> "dict[str, str]":
    """Return the inputs.

    Raises:
        ActionError: one is not what it must be.

    """
    for name, value in given.items():
        if not re.fullmatch(_INPUTS[name], value):
            raise ActionError(f"input {name.replace('_', '-')} must look like {_INPUTS[name]}")
    given["url"] = given["url"].rstrip("/")
    return given


def token_of_job(audience: str) -> str:
    """Ask the runner for the job's token.

    Raises:
        ActionError: the job may not have one, or the runner gives none.

    """
    url, bearer = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"), os.environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not url or not bearer:
        raise ActionError("this job may not ask for a token: give it `permissions: id-token: write`")
    answer = get(f"{url}&{urlencode({'audience': audience})}", f"Bearer {bearer}", "the runner")
    token = answer.get("value")
    if not isinstance(token, str) or not re.fullmatch(r"[A-Za-z0-9_.=-]+", token):
        raise ActionError("the runner gave no token")
    return token


def fetch(chosen: "dict[str, str]", token: str) -> "dict[str, str]":
    """Get the credentials.

    Raises:
        ActionError: they are refused, or there is no usable answer.

    """
    query = {name: chosen[name] for name in ("profile", "duration") if chosen.get(name)}
    vended = get(f"{chosen['url']}/as/{chosen['issuer']}?{urlencode(query)}", token, "Sentinel")
    wanted = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
    # What goes into a file of variables is one line of printable text.
    found = {name: text for name in wanted if isinstance(text := vended.get(name), str) and _PRINTABLE.fullmatch(text)}
    if len(found) < len(wanted):
        raise ActionError("Sentinel answered without credentials: is url the HTTP API of a deployment?")
    return found


def get(url: str, authorization: str, who: str) -> "dict[str, object]":
    """Get a JSON object; a busy or unreachable server is asked again.

    Raises:
        ActionError: the request is refused or stays unanswered.

    """
    request = urllib.request.Request(url, headers={"Authorization": authorization, "Accept": "application/json"})  # noqa: S310 - checked
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with _OPENER.open(request, timeout=_LIMIT_S) as answer:
                found = json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            if refusal.code not in _AGAIN or attempt == _ATTEMPTS:
                raise ActionError(f"{who} refused: {explain(refusal)}") from None
        except (OSError, HTTPException) as error:
            if attempt == _ATTEMPTS:
                raise ActionError(f"{who} cannot be reached: {type(error).__name__}") from None
        except ValueError:
            raise ActionError(f"{who} did not answer with JSON: is the address right?") from None
        else:
            return found if isinstance(found, dict) else {}
        time.sleep(attempt)
    raise AssertionError


def explain(refusal: urllib.error.HTTPError) -> str:
    """Return Sentinel's own words, or API Gateway's reason for refusing a token."""
    try:
        body = json.loads(refusal.read())
        words = " ".join(str(body[name]) for name in ("message", "hint") if body.get(name))
    except (ValueError, AttributeError, OSError):
        words = ""
    reason = re.search(r'error_description="([^"]*)"', refusal.headers.get("www-authenticate") or "")
    return f"{refusal.code} {words} {reason[1] if reason else ''}".strip()


def as_process_answer(vended: "dict[str, str]") -> "dict[str, object]":
    """Return what an AWS SDK reads from a credential_process."""
    return {
        "Version": 1,
        "AccessKeyId": vended["AccessKeyId"],
        "SecretAccessKey": vended["SecretAccessKey"],
        "SessionToken": vended["Token"],
        "Expiration": vended["Expiration"],
    }


def write_profile(chosen: "dict[str, str]") -> "dict[str, str]":
    """Add an AWS profile to the job's config file; returns the variables that select it.

    Raises:
        ActionError: there is such a profile already, or the runner's paths cannot be quoted.

    """
    name = chosen["aws_profile"] or chosen["profile"]
    file = Path(os.environ.get("AWS_CONFIG_FILE") or Path(os.environ["RUNNER_TEMP"]) / "sentinel-aws-config")
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    if f"[profile {name}]" in written.splitlines():
        raise ActionError(f"{file} has a profile {name} already: choose another aws-profile")
    command = [sys.executable, str(Path(__file__).resolve()), *(chosen[key] or '""' for key in _ASKED)]
    if re.search(r'["$`\n]', f"{command[0]}{command[1]}{file}"):
        raise ActionError("the runner's paths contain characters that an AWS config cannot")
    quoted = " ".join([f'"{command[0]}"', f'"{command[1]}"', *command[2:]])
    region = f"region = {chosen['region']}\n" if chosen["region"] else ""
    with file.open("a", encoding="utf-8") as config:
        config.write(f"\n[profile {name}]\ncredential_process = {quoted}\n{region}")
    return {"AWS_CONFIG_FILE": str(file), "AWS_PROFILE": name}


def export(variables: "dict[str, str]") -> None:
    """Set variables for the job's later steps; a delimiter of its own keeps a value from setting another."""
    with Path(os.environ["GITHUB_ENV"]).open("a", encoding="utf-8") as file:
        for name, value in variables.items():
            end = f"end-{secrets.token_hex(16)}"
            file.write(f"{name}<<{end}\n{value}\n{end}\n")


def mask(*values: str) -> None:
    """Have the runner replace the values in every log of the job."""
    for value in values:
        sys.stdout.write(f"::add-mask::{value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ActionError as error:
        words = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        # An SDK shows what its credential_process writes to stderr; the runner reads commands from stdout.
        (sys.stderr if sys.argv[1:] else sys.stdout).write(f"::error title=Sentinel::{words}\n")
        sys.exit(1)
