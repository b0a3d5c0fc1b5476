"""`docs/performance.md`, written from the figures of the run that is kept beside it."""

from collections.abc import Mapping
from typing import Any

from load.bench.record import read_record
from load.bench.table import render_table

_INTRODUCTION = """# Performance

    make bench                   # everything on this page, in one table; about six minutes
    make bench BENCH_ARGS=--keep # and write this page, its plots and the flame graph from it

A vend waits for AWS twice: it reads documents, grants, lockouts and the budget side by side, and then assumes the role and
writes the session row side by side. What that takes is the **floor**: nobody can be faster who makes these calls. The
[latency model](../load/aws_model/latencies.toml) answers as late as AWS does (its file says by which distributions, and that
they are assumptions) and keeps a ledger of what every call really took, so that a request's floor is known exactly. What is
measured is what lies above it.

Read the ratios. Milliseconds are those of one machine, which is shared and has neighbours."""

_AFTER_TABLE = """## What each line is

- Percentiles are over all requests; beside a median, in brackets, is the middle half of the rounds' medians.
- *Hedging* sends a read or an AssumeRole again that is slower than nine in ten of its kind, for at most a tenth more calls.
  A hedged call has no floor of its own, so its p99 is compared with the floor's p99 of the same weather without hedging.
- *The sequential boto3 handler* makes the same decision by the same code with one call after the other, and caches documents
  for as long ([load/bench/sequential.py](../load/bench/sequential.py)).
- *CPU* is of the whole process for one request. It contains waking up from each wait with cold caches: without any latency a
  vend takes half of it.
- *Cold starts* run from the zips' files, by the Python they are for, over TLS; the page cache is warm. Lambda adds what it
  takes to fetch the zip and start Python. The three boto3 clients are those of Lambda's runtime, compiled as there.

![Distribution of the time above the floor](performance/above-floor.svg)

![Cold starts](performance/cold-starts.svg)

## Where a vend's CPU time goes

[Open the flame graph](performance/vend.svg) in a browser of its own to search and zoom: one function vending without latency,
sampled a thousand times a second. [Decision 13](decisions/0013-the-wire.md) says which parts are ours and why.

![Flame graph of a vend](performance/vend.svg)

## What is done about connections

- One connection for each call a vend makes at once is opened in the init phase, so the first caller waits for no handshake.
- Lambda freezes a function between two requests, and servers close what is idle meanwhile. Each invocation begins with one turn
  of the event loop, in which such closings are noticed, and the connection is not used again. One that closes in the
  moment it is used costs one immediate second try; SDKs pause first, up to a second.
- A connection that leads nowhere any more (a NAT gateway forgets after 350 s, so ours are given up after 300 s) costs
  `SENTINEL_CALL_TIMEOUT` once, and the call is made again on a new one where it can do no harm.
- Names are looked up once a minute. TLS sessions are not resumed: `asyncio` has no way to say so, and with connections that
  live five minutes a handshake is what a cold start and the first request after a long pause pay, 5 ms of CPU each.
- The vend and the authorizer trust only Amazon's root authorities (`amazon-roots.pem` in the zip, by `SSL_CERT_FILE`): reading
  all 140 costs more than everything of ours. Partitions whose endpoints have other authorities set the variable otherwise.

## What is not measured here

Lambda's own dispatch, API Gateway, and the network to AWS. [Capacity](capacity.md) has whole requests through a local gateway,
frozen functions and bursts."""


def render_page() -> str:
    """Write the page from the figures that are kept."""
    record = read_record()
    return "\n\n".join([_INTRODUCTION, f"## Measured\n\n{_where(record)}", render_table(record), _AFTER_TABLE]) + "\n"


def _where(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    return (
        f"{record['rounds']} rounds of {record['requests_a_round']} requests each, Python {machine['python']}; "
        f"{record['cold_rounds']} cold starts each, Python {record['cold_python']}. {machine['cpus']} cores "
        f"({machine['cpu']}), one for the model and one for the function; load average before: {machine['load_before']}. "
        f"Revision {machine['revision']}."
    )
