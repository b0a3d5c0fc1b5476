"""Zips, and what stays out of them."""

import os
import sys
from pathlib import Path

import pytest

from deploy.packages.archive import compile_all, write_zip
from deploy.packages.distributions import why_left_out


def fill(folder: Path, order: list[str], mode: int) -> Path:
    for name in order:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
        path.chmod(mode)
        os.utime(path, (len(order), mode))
    return folder


def test_order_modes_and_times_leave_no_trace(tmp_path: Path) -> None:
    names = ["b/z.py", "a.py", "b.py", "b/c/d.txt"]
    for number, (order, mode) in enumerate([(names, 0o600), (names[::-1], 0o755)]):
        write_zip(fill(tmp_path / str(number), order, mode), tmp_path / f"{number}.zip")
    assert (tmp_path / "0.zip").read_bytes() == (tmp_path / "1.zip").read_bytes()


def test_a_module_that_does_not_compile_stops_the_build_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def\n")
    with pytest.raises(RuntimeError, match=r"broken\.py"):
        compile_all(tmp_path, Path(sys.executable))


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("aiohttp/client.py", None),
        ("aiohttp/_http_parser.pyx", "*.pyx"),
        ("botocore-1.43.117.dist-info/RECORD", "*.dist-info/*"),
        ("botocore-1.43.117.dist-info/METADATA", None),
        ("yarl-1.25.1.dist-info/licenses/NOTICE", None),
        ("jmespath-1.1.0.dist-info/LICENSE.txt", None),
    ],
)
def test_what_is_left_out(path: str, pattern: str | None) -> None:
    assert why_left_out(path) == pattern
