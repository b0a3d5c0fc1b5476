"""What a command, or a document, can name a group."""

import pytest

from shared.core.membership import is_group_name


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("payments-oncall", True),
        ("A.b_c-9", True),
        (".a", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        (".", False),
        ("..", False),
        ("corp/dev", False),
        ("two words", False),
        ("*-oncall", False),
        ("dev\n", False),
        ("dév", False),
    ],
)
def test_a_group_has_a_name_that_a_path_and_a_parameter_can_hold(name: str, *, holds: bool) -> None:
    assert is_group_name(name) is holds
