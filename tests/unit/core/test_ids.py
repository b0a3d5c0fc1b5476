import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.ids import is_id, new_id

eighty_bits = st.binary(min_size=10, max_size=10)


@given(eighty_bits, eighty_bits)
def test_ids_keep_all_eighty_bits(one: bytes, other: bytes) -> None:
    assert re.fullmatch("[0-9a-hjkmnp-tv-z]{16}", new_id(one))
    assert (new_id(one) == new_id(other)) == (one == other)


@given(eighty_bits)
def test_every_id_made_is_one_that_is_read(random_bytes: bytes) -> None:
    assert is_id(new_id(random_bytes))


@pytest.mark.parametrize(
    ("random_bytes", "spelt"),
    [
        ("00443214c74254b635cf", "0123456789abcdef"),
        ("84653a56d7c675be77df", "ghjkmnpqrstvwxyz"),
    ],
)
def test_an_id_spells_five_bits_with_each_character_from_the_first_on(random_bytes: str, spelt: str) -> None:
    assert new_id(bytes.fromhex(random_bytes)) == spelt


def test_an_id_is_made_of_exactly_ten_bytes() -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        new_id(b"123456789")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0123456789abcde",
        "0123456789abcdefg",
        "0123456789ABCDEF",
        "0123456789abcdeu",
        "0123456789abcdef\n",
        "\u0660" * 16,
    ],
)
def test_anything_else_is_no_id(text: str) -> None:
    assert not is_id(text)
