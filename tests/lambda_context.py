"""The context object Lambda's runtime passes with the event."""

from dataclasses import dataclass

from tests.gateway_events import ACCOUNT


@dataclass
class FakeContext:
    """What of it is used; `remaining_ms` is what a test says."""

    aws_request_id: str = "8f2c1f4e-0000-4000-8000-000000000001"
    invoked_function_arn: str = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:sentinel-vend:live"
    remaining_ms: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms
