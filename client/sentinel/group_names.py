"""Names of groups that a document or a push defines."""

import re
from typing import Final

from shared.core.membership import DEFINED_GROUP_PATTERN

GROUP_NAME_RULE: Final = "use 1-64 letters, digits, '.', '_', '-', and not only dots"
_NAME: Final = re.compile(DEFINED_GROUP_PATTERN)


def is_group_name(text: str) -> bool:
    """Whether a group can have this name. Only dots would lead a URL or a parameter's name to another place."""
    return _NAME.fullmatch(text) is not None and text.strip(".") != ""
