"""Did you mean: which known names come near an unknown one."""

import pytest

from shared.core.people import near_names

KNOWN = ["alice", "carol@example.com", "bob", "robert.tables", "role/deploy", "role/deploy-prod", "zoe"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Alice", ("alice",)),
        ("alice@corp.example", ("alice",)),
        ("carol", ("carol@example.com",)),
        ("CAROL+x@other.example", ("carol@example.com",)),
        ("alcie", ("alice",)),
        ("alic", ("alice",)),
        ("aliice", ("alice",)),
        ("alixe", ("alice",)),
        ("bobb", ("bob",)),
        ("robret.tabels", ("robert.tables",)),
        ("role/depoly", ("role/deploy",)),
        ("robret.tabelx", ()),
        ("alxxe", ()),
        ("ob", ()),
        ("deploy", ()),
        ("somebody-else", ()),  # codespell:ignore
    ],
)
def test_near_are_other_spellings_and_a_typo_or_two(name: str, near: tuple[str, ...]) -> None:
    assert near_names(name, KNOWN) == near


def test_other_spellings_come_first_and_there_are_at_most_five() -> None:
    known = [f"alice{n}" for n in range(9)] + ["alice@corp.example"]
    near = near_names("Alice", known)
    assert near[0] == "alice@corp.example"
    assert len(near) == 5


def test_a_name_is_not_near_itself() -> None:
    assert near_names("alice", ["alice"]) == ()
