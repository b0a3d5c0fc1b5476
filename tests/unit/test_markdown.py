"""Pages that are partly written by a command."""

from pathlib import Path

import pytest

from deploy.markdown import MarkedPageError, markers, replace, rewrite, table

BEGIN, END = markers("load.capacity")


def test_only_what_is_between_the_markers_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replace(page, "load.capacity", "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert replace(replace(page, "load.capacity", "new"), "load.capacity", "newer").count("new") == 1


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_exactly_one_place_is_refused(page: str) -> None:
    with pytest.raises(MarkedPageError, match="exactly one"):
        replace(page, "load.capacity", "new")


def test_a_file_is_rewritten_between_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter → end\n", encoding="utf-8")
    rewrite(page, "load.capacity", "new")
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter → end\n"


def test_a_table_has_a_row_a_line_and_its_columns_alignment() -> None:
    assert table(["a", "b"], [("x", 1), ("", 2)]) == "| a | b |\n|---|---|\n| x | 1 |\n|  | 2 |"
    assert table(["a", "b"], [], rule=["---", "--:"]) == "| a | b |\n|---|--:|"
