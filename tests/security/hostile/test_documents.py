"""Every document with anything in it changed: a model that reads back the same, or problems with their places."""

import base64
import gzip
import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import DocumentError, load_document
from tests.examples import tried
from tests.security.fuzz.documents import MODELS, check_document
from tests.security.fuzz.samples import SAMPLES
from tests.security.hostile.mutations import HOSTILE_TEXTS, mutated

# Processor time, not the clock's: other work on the machine does not count. Half of it is what the slowest needs.
MOST_CPU_S = 3.0
LIMIT = 64 * 1024


@pytest.mark.parametrize("kind", MODELS)
def test_a_document_with_every_key_there_is_loads(kind: str) -> None:
    assert check_document(kind, json.dumps(SAMPLES[kind])) is not None


@pytest.mark.parametrize("kind", MODELS)
def test_a_changed_structure_loads_whole_or_names_the_place(kind: str) -> None:
    @tried(80)
    @given(mutated(st.just(SAMPLES[kind])), st.booleans())
    def holds(value: Any, as_yaml: bool) -> None:  # noqa: FBT001 - Hypothesis passes what it draws by position
        text = yaml.safe_dump(value) if as_yaml and not _has_halves(value) else json.dumps(value)
        check_document(kind, text)

    holds()


def _has_halves(value: Any) -> bool:
    """Whether PyYAML could not even write it."""
    return "\\ud" in json.dumps(value)


@pytest.mark.parametrize("kind", MODELS)
def test_a_changed_text_loads_whole_or_names_the_place(kind: str) -> None:
    written = [json.dumps(SAMPLES[kind], indent=1), yaml.safe_dump(SAMPLES[kind])]
    inserts = st.sampled_from(
        [*HOSTILE_TEXTS, "- ", ": ", "&a ", "*a", "!!x ", "<<: ", "---\n", "? ", "| ", "\t", "\\U00110000"]
    )

    @tried(60)
    @given(st.sampled_from(written), st.data())
    def holds(text: str, data: st.DataObject) -> None:
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 20))
        check_document(kind, text[:begin] + data.draw(inserts) + text[end:])

    holds()


def _packed(data: bytes) -> str:
    return "gzip:" + base64.b64encode(gzip.compress(data, mtime=0)).decode()


BOMBS = {
    "aliases of aliases": "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(2000)),
    "flow sequence": "[" + "a," * (LIMIT // 2 - 1) + "]",
    "flow mapping": "{" + "a: 1," * (LIMIT // 6) + "}",
    "flow sequences in each other": "[" * (LIMIT - 1),
    "block sequences in each other": "- " * (LIMIT // 2 - 1),
    "keys that are questions": "? " * (LIMIT // 2 - 1),
    "anchors": "&a " * (LIMIT // 3 - 1),
    "nulls": "".join(f"{n}: null\n" for n in range(5000)),
    "the same key": "{" + ",".join(['"a":1'] * (LIMIT // 6 - 1)) + "}",
    "rules without anything": '{"version":"1","rules":[' + ",".join(["{}"] * (LIMIT // 3 - 10)) + "]}",
    "unknown keys": json.dumps({"version": "1", "rules": [{f"k{n}": 1 for n in range(5000)}]}),
    "one long number": "a: " + "1" * (LIMIT - 4),
    "one long number in hexadecimal": "a: 0x" + "f" * (LIMIT - 6),
    "escapes": 'a: "' + "\\x41" * (LIMIT // 4 - 2) + '"',
    "packed a thousandfold": _packed(b"a" * 64_000_000),
    "packed to the limit": _packed(b"[" + b"a," * (LIMIT // 2 - 1) + b"]"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_the_worst_document_of_64_kilobytes_is_refused_in_bounded_time(bomb: str) -> None:
    started = time.process_time()
    with pytest.raises(DocumentError) as caught:
        load_document(BOMBS[bomb], MODELS["access"])
    assert time.process_time() - started < MOST_CPU_S
    assert caught.value.problems
