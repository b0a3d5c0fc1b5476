"""The names of the policies below the prefix."""

from typing import Final

ACCESS_POLICY: Final = "policies/access"
APPROVAL_POLICY: Final = "policies/approval"
BREAK_GLASS_POLICY: Final = "policies/break-glass"
ADMIN_POLICY: Final = "policies/admin"
