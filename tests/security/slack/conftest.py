from tests.service.conftest import moto_url
from tests.slack_world import still_waits, waiting, world

__all__ = ["moto_url", "still_waits", "waiting", "world"]
