"""The forms, held to the limits that Slack documents."""

import pytest

from deploy.local.slack.block_kit import view_problems
from services.admin.slack.forms import MOST_OPTIONS, Choice, Metadata, asking, denial, extending, sent_off

KEPT = Metadata("C0APPROVALS", "v" * 100, "p" * 64)


def choices(count: int) -> list[Choice]:
    return [Choice(f"{number:03}{'p' * 61}", needs_ticket=number == 0) for number in range(count)]


@pytest.mark.parametrize("count", [1, MOST_OPTIONS, MOST_OPTIONS + 1])
def test_a_form_to_ask_has_the_profile_that_was_named_and_says_how_many_it_leaves_out(count: int) -> None:
    listed = choices(count)
    view = asking(KEPT, listed, listed[-1].profile)
    assert view_problems(view) == []
    profile = view["blocks"][0]
    assert profile["element"]["initial_option"]["value"] == listed[-1].profile
    assert len(profile["element"]["options"]) == min(count, MOST_OPTIONS)
    label = "Profile" if count <= MOST_OPTIONS else "Profile (1 more: /sentinel request NAME)"
    assert profile["label"]["text"] == label


def test_slack_takes_every_other_form() -> None:
    for view in (denial(KEPT), extending(KEPT, "167h45m", needs_ticket=True), sent_off("x" * 4000)):
        assert view_problems(view) == []
