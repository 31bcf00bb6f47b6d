"""Every reader on the corpus of hostile files, on cuts and on mutants, in a child process with 1 GiB of memory.

``python -m fuzz`` is the long form of these tests; `nox -s hostile` runs it.
"""

from __future__ import annotations

import shutil

import pytest

from fuzz.child import Child
from fuzz.corpus import DOCUMENTS, LARGEST, TABLES, entries, fields
from fuzz.patrol import cuts, flips, mutants, patrol
from fuzz.readers import READERS
from javascript_runner import in_node

MEMORY = 64 << 20  # beyond eight times the file
MOST_CHILDREN = 3
STEPS = {"parquet": 17, "model": 29, "certificate": 11, "path-certificate": 11, "explanation": 29, "foreign-model": 7}
STEPS |= {"checkpoint": 11, "matrix-certificate": 11}


@pytest.fixture(scope="module")
def child():
    """The child of a reader, kept for the tests that follow: most of their time would go into starting it."""
    kept = {}

    def of(name):
        if name not in kept and len(kept) == MOST_CHILDREN:
            kept.pop(next(iter(kept))).end()
        kept[name] = kept.pop(name, None) or Child(name)
        return kept[name]

    yield of
    for reader in kept.values():
        reader.end()


def judged(tally):
    """No finding, and no more memory than the file pays for."""
    assert [(name, outcome.kind, outcome.text[-300:]) for name, outcome in tally.findings] == []
    assert tally.memory <= MEMORY
    return tally.counts


@pytest.mark.parametrize("name", READERS, scope="module")
def test_every_entry_of_the_corpus_is_read_or_refused_as_it_should_be(name, child, tmp_path):
    wrong = {}
    for key, (content, accepted) in entries(name).items():
        path = tmp_path / f"{key}{READERS[name].suffix}"
        path.write_bytes(content)
        outcome = child(name).read(path)
        if outcome.is_finding or accepted not in (None, outcome.kind == "accepted"):
            wrong[key] = (outcome.kind, outcome.text[-300:])
        if outcome.memory > MEMORY + 8 * len(content):
            wrong[key] = ("memory", outcome.memory)
        if outcome.kind == "refused" and not name.endswith("certificate"):
            assert key in outcome.text, "the message names the file"
    assert wrong == {}


@pytest.mark.parametrize("name", sorted({*READERS} - {"delimited"}))
def test_the_corpus_that_is_kept_is_the_one_that_is_told(name):
    kept = {path.name.removesuffix(READERS[name].suffix): path for path in READERS[name].corpus.iterdir()}
    for key, (content, _) in entries(name).items():
        if len(content) <= LARGEST and name != "gzip":  # zlib may compress to other bytes elsewhere
            assert kept[key].read_bytes() == content, key
    assert len(kept) >= (10 if name == "gzip" else 20)


@pytest.mark.parametrize("name", DOCUMENTS, scope="module")
def test_a_document_with_one_field_changed_breaks_nothing(name, child, tmp_path):
    counts = judged(patrol(child(name), iter(fields(name).items()), tmp_path))
    assert counts["refused"] > 40


@pytest.mark.parametrize("name", READERS, scope="module")
def test_a_file_cut_short_at_any_byte_breaks_nothing(name, child, tmp_path):
    counts = judged(patrol(child(name), cuts(name, STEPS.get(name, 1)), tmp_path))
    if name in (*DOCUMENTS, "parquet", "gzip", "checkpoint"):
        assert counts["accepted"] <= (name == "model")  # but for the newline at its end, that one is whole


@pytest.mark.parametrize("name", ["parquet", "gzip", "certificate", "model", "checkpoint"], scope="module")
def test_a_flipped_bit_breaks_nothing(name, child, tmp_path):
    judged(patrol(child(name), flips(name, 7 * STEPS.get(name, 3)), tmp_path))


@pytest.mark.parametrize("name", READERS, scope="module")
def test_a_hundred_mutants_of_the_corpus_break_nothing(name, child, tmp_path):
    counts = judged(patrol(child(name), mutants(name, 100, seed=20), tmp_path))
    assert sum(counts.values()) == 100


def test_the_watch_over_readers_sees_what_it_should(tmp_path, monkeypatch):
    """A crash, a hang and a defect of a reader are told from a refusal: the tests above can fail."""
    file = tmp_path / "t.csv"
    file.write_bytes(b"a,b\n1,2\n")
    with Child("csv") as child:
        assert child.read(file).kind == "accepted"
        assert child.read(tmp_path / "none.csv").kind == "refused"
        child._process.kill()
        assert child.read(file).kind == "crash"
        assert child.read(file).kind == "accepted"
    with Child("foreign-model") as child:
        outcome = child.read(tmp_path)
        assert (outcome.kind, "Is a directory" in outcome.text) == ("refused", True)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_explorer_reads_or_refuses_every_table_of_the_corpus(tmp_path):
    """What the browser would make of the files: text with U+FFFD where it is not UTF-8."""
    contents = [content for content, _ in (*TABLES["csv"].values(), *TABLES["weights"].values())]
    texts = [content.decode("utf-8-sig", "replace") for content in contents if len(content) < 1 << 16]
    texts += [content.decode("utf-8", "replace") for _, content in mutants("csv", 200, seed=21)]
    for found in in_node("explorer_numbers.js", "parsed", texts, tmp_path):
        assert isinstance(found, str) or {len(row) for row in found["rows"]} == {len(found["header"])}
