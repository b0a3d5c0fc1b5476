"""How many inputs a property is tried with: few and always the same in the tests, many and new ones for `make fuzz`."""

from typing import Final

from hypothesis import HealthCheck, settings

_TIMES: Final = 20
# A module's fixtures are an account that every example adds to; nothing here depends on what another left.
_SUPPRESSED: Final = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)


def tried(examples: int) -> settings:
    """Set how often a property is tried: `--hypothesis-profile=long` tries twenty times as many, of its own choice."""
    is_long = settings.get_current_profile_name() == "long"
    return settings(
        max_examples=examples * _TIMES if is_long else examples,
        derandomize=not is_long,
        database=None,
        deadline=None,
        suppress_health_check=_SUPPRESSED,
    )
