"""The table of a run, as Markdown: it reads well in a terminal too."""

from collections.abc import Iterator, Mapping
from typing import Any


def render_table(record: Mapping[str, Any]) -> str:
    """Write what was measured, and whether what is promised was kept."""
    return "\n".join(
        [
            *_variants(record["variants"]),
            "",
            *_cold(record["cold"]),
            "",
            *_promises(record["promises"]),
        ],
    )


def _variants(variants: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not variants:
        return
    yield "| milliseconds | p50 | p99 | above the floor, p50 | p99 | CPU |"
    yield "|---|--:|--:|--:|--:|--:|"
    for found in variants.values():
        above = "" if found["above_p50"] is None else _figure(found["above_p50"])
        tail = "" if found["above_p99"] is None else f"{found['above_p99']:.2f}"
        yield (
            f"| {found['title']} | {found['wall_p50']:.1f} | {found['wall_p99']:.1f} | {above} | {tail} | "
            f"{_figure(found['cpu'])} |"
        )


def _figure(figure: Mapping[str, float]) -> str:
    return f"{figure['middle']:.2f} ({figure['low']:.2f}-{figure['high']:.2f})"


def _cold(cold: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not cold:
        return
    yield "| cold start | init, ms | first answer, ms | second, ms | memory after init, MB | after the first answer |"
    yield "|---|--:|--:|--:|--:|--:|"
    for found in cold.values():
        yield (
            f"| {found['title']} | {found['init_ms']:.0f} | {found['first_ms']:.0f} | {found['second_ms']:.0f} | "
            f"{found['init_mb']:.0f} | {found['first_mb']:.0f} |"
        )


def _promises(promises: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "| promised | measured | at most | |"
    yield "|---|--:|--:|---|"
    for each in promises:
        word = "kept" if each["is_kept"] else "**not kept**"
        yield f"| {each['title']} | {each['found']:.2f} | {each['most']:.2f} | {word} |"
