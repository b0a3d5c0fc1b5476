"""`python -m load.aws_model [--config FILE] [--port N] [--zero] [--tls --ca FILE]`: serve until standard input ends."""

import argparse
import asyncio
import ssl
import sys
from contextlib import suppress
from pathlib import Path

import trustme

from load.aws_model.config import DEFAULT_FILE, ModelConfigError, read_config
from load.aws_model.server import AwsModel


def main() -> None:
    """Serve; the first line of output holds the URL."""
    parser = argparse.ArgumentParser(prog="python -m load.aws_model", description="An AWS made of latency.")
    parser.add_argument("--config", type=Path, default=DEFAULT_FILE, help="latencies, as in latencies.toml")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--zero", action="store_true", help="answer at once")
    parser.add_argument("--keep-alive-s", type=float, help="seconds that idle connections are kept, unless the file's")
    parser.add_argument("--sts-per-second", type=int, help="STS's quota, unless the file's")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS, by a certificate made for this run")
    parser.add_argument("--ca", type=Path, help="where the certificate of its authority is written")
    options = parser.parse_args()
    try:
        instead = {"sts_per_second": options.sts_per_second, "keep_alive_s": options.keep_alive_s}
        config = read_config(options.config, zero=options.zero, **instead)
    except ModelConfigError as error:
        parser.error(str(error))
    if options.tls and options.ca is None:
        parser.error("--tls needs --ca: clients must trust the authority")
    with suppress(KeyboardInterrupt), asyncio.Runner() as runner:
        runner.run(_serve(AwsModel(config, port=options.port, tls=make_tls(options.ca) if options.tls else None)))


def make_tls(ca_file: Path) -> ssl.SSLContext:
    """Make an authority and a certificate for `localhost`; the authority's goes to the file."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


async def _serve(model: AwsModel) -> None:
    async with model:
        sys.stdout.write(f"listening on {model.url}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    main()
