"""Who may: what is one's own, what one approves, and what the admin policy adds."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.admin.policies import Policies
from shared.core.admin_policy import Permission, permissions_of
from shared.core.approval.policy import ApprovalPolicy, is_approver, rule_for
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.people import Person


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the policies let one caller see and do. Nobody is entitled to anything by a session name."""

    person: Person
    permissions: AbstractSet[Permission]
    approval: ApprovalPolicy | None

    def approves(self, profile: str) -> bool:
        """Whether they are an approver of the profile. What they asked for themselves is another matter."""
        return is_approver(rule_for(self.approval, profile), self.person)

    def may_see_request(self, request: ApprovalRequest) -> bool:
        """Whoever may do something about a request may see it; so may its user, and whoever may read everything."""
        return self._may_see(request.user, request.profile, {Permission.READ, Permission.REVOKE})

    def may_see_event(self, event: BreakGlassEvent) -> bool:
        """Whoever may do something about an event may see it; so may its user, and whoever may read everything."""
        return self._may_see(event.user, event.profile, {Permission.READ, Permission.REVOKE, Permission.REVIEW})

    def may_see_session(self, user: str) -> bool:
        """Whoever may end a session may see it; so may its user, and whoever may read everything."""
        return user == self.person.user or bool(self.permissions & {Permission.READ, Permission.REVOKE})

    def may_revoke_of(self, user: str) -> bool:
        """Whether they may end sessions of a user: anybody their own."""
        return user == self.person.user or Permission.REVOKE in self.permissions

    def may_close(self, profile: str) -> bool:
        return Permission.REVOKE in self.permissions or self.approves(profile)

    def may_review(self, profile: str) -> bool:
        return Permission.REVIEW in self.permissions or self.approves(profile)

    def _may_see(self, user: str, profile: str, permissions: AbstractSet[Permission]) -> bool:
        return user == self.person.user or bool(self.permissions & permissions) or self.approves(profile)


def entitlement_of(person: Person, policies: Policies) -> Entitlement:
    """Collect what the policies let somebody do."""
    return Entitlement(person, permissions_of(policies.admin, person), policies.approval)
