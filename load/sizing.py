"""From what one request takes to what many people need: plain arithmetic, in one place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# STS's quota per account and region (IAM and STS quotas: AssumeRole, GetCallerIdentity and a few more share it).
STS_PER_SECOND: Final = 600
# SSM's default for GetParameters and its like, per account and region; "higher throughput" raises it.
SSM_PER_SECOND: Final = 40
# botocore fetches new credentials when 15 minutes of the hour remain.
REFRESH_S: Final = 45 * 60
_DOCUMENT_TTL_S: Final = 5
# Arrivals are independent, so how many are busy at once is a Poisson number: four deviations above its mean is once in
# tens of thousands of instants.
_DEVIATIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Vend:
    """What one vend takes, measured: seconds of an environment, calls to STS, DynamoDB's request units."""

    mean_s: float
    sts_calls: float
    read_units: float
    write_units: float

    @classmethod
    def read(cls, figures: Mapping[str, Any]) -> "Vend":
        """Read the figures of one request name out of a result."""
        return cls(
            mean_s=figures["function_ms"]["mean"] / 1000,
            sts_calls=figures["calls"].get("sts.AssumeRole", 0.0),
            read_units=figures["read_units"],
            write_units=figures["write_units"],
        )


@dataclass(frozen=True, slots=True)
class Need:
    """What a rate of vends per second needs. `at_once` are Lambda environments, on average and seldom exceeded."""

    rate: float
    mean_at_once: float
    at_once: int
    sts_share: float
    read_units: float
    write_units: float
    ssm_calls: float


def need(vend: Vend, rate: float) -> Need:
    """Say what a rate needs: by Little's law as many at once as come in the time that one takes."""
    mean_at_once = rate * vend.mean_s
    at_once = max(1, math.ceil(mean_at_once + _DEVIATIONS * math.sqrt(mean_at_once)))
    return Need(
        rate=rate,
        mean_at_once=mean_at_once,
        at_once=at_once,
        sts_share=rate * vend.sts_calls / STS_PER_SECOND,
        read_units=rate * vend.read_units,
        write_units=rate * vend.write_units,
        # Each environment reads the documents once in their life, and not without a request.
        ssm_calls=min(rate, at_once / _DOCUMENT_TTL_S),
    )


def shortest_s(users: int, vend: Vend, share: float) -> float:
    """Give the shortest time in which so many users can all fetch credentials within a share of STS's quota."""
    return users * vend.sts_calls / (STS_PER_SECOND * share)
