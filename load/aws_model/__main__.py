"""`python -m load.aws_model [--zero] [--sts-per-second N] [--keep-alive-s S] [--ca FILE]`: serve until input ends."""

import argparse
import asyncio
import ssl
import sys
from contextlib import suppress
from pathlib import Path

import trustme

from load.aws_model.latency import read_config
from load.aws_model.server import AwsModel


def main() -> None:
    """Serve; the first line of output holds the URL."""
    parser = argparse.ArgumentParser(prog="python -m load.aws_model", description="An AWS made of latency.")
    parser.add_argument("--zero", action="store_true", help="answer at once")
    parser.add_argument("--keep-alive-s", type=float, help="seconds that idle connections are kept, unless the file's")
    parser.add_argument("--sts-per-second", type=int, help="STS's quota, unless the file's")
    parser.add_argument("--ca", type=Path, help="serve HTTPS, and write the authority to trust to this file")
    options = vars(parser.parse_args())
    ca_file = options.pop("ca")
    try:
        config = read_config(**options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    with suppress(KeyboardInterrupt), asyncio.Runner() as runner:
        runner.run(_serve(AwsModel(config, make_tls(ca_file) if ca_file else None)))


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
