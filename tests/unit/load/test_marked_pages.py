"""Pages that are partly written by a command."""

import pytest

from load.report.marked import MarkedPageError, markers, replace

BEGIN, END = markers("load.capacity")


def test_only_what_is_between_the_markers_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replace(page, "load.capacity", "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert replace(replace(page, "load.capacity", "new"), "load.capacity", "newer").count("new") == 1


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_exactly_one_place_is_refused(page: str) -> None:
    with pytest.raises(MarkedPageError, match="exactly one"):
        replace(page, "load.capacity", "new")
