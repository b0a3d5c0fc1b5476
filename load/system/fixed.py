"""A function with a fixed number of environments, as the local stack runs them."""

from typing import Final, Self

from deploy.local.runtime.function import Function
from load.system.system import MakeEnvironment

_NOTHING: Final[tuple[float, ...]] = ()


class FixedFunction(Function):
    """The local stack's function, with the counters a report asks for: it never starts another environment."""

    init_ms = _NOTHING

    @classmethod
    def deploy(cls, _name: str, count: int, make: MakeEnvironment) -> Self:
        """Make a function of `count` environments."""
        return cls([make(number) for number in range(count)])
