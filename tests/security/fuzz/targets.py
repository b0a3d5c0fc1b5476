"""Every target, by name."""

from typing import Final

from tests.security.fuzz import documents, edge, names, protocols, quantities
from tests.security.fuzz.target import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target for module in (names, quantities, documents, protocols, edge) for target in module.TARGETS
}
