from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.errors import InputError, Integrity
from ledger.log.checkpoint import Checkpoint
from ledger.log.policy import Policy
from ledger.log.proof import ConsistencyProof, InclusionProof
from ledger.log.tree import inclusion_proof
from tests.log_parts import LOG, ORIGIN, growth, leaves_of, signed_head, tiles_of

LEAVES = leaves_of(5)
TRUST = Policy((LOG.vkey,))
PROOF = InclusionProof(
    2, tuple(inclusion_proof(2, 5, tiles_of(LEAVES))), signed_head(LEAVES).format()
)
HASH64 = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_a_proof_travels_as_text_and_verifies_alone() -> None:
    text = PROOF.format()
    lines = text.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 2"]
    assert lines[5:8] == ["", ORIGIN, "5"]
    judged = InclusionProof.parse(text).verify(LEAVES[2], TRUST)
    assert judged.checkpoint.size == 5


def test_extra_data_stands_above_the_index_and_is_not_believed() -> None:
    proof = InclusionProof(0, (), signed_head(LEAVES[:1]).format(), extra=b"a hint")
    text = proof.format()
    assert text.startswith(b"c2sp.org/tlog-proof@v1\nextra YSBoaW50\nindex 0\n\n")
    assert InclusionProof.parse(text) == proof
    assert proof.verify(LEAVES[0], TRUST).checkpoint.size == 1


def test_a_proof_is_of_one_leaf_at_one_place_in_one_log() -> None:
    with pytest.raises(Integrity, match="leaf 2 is not in the tree of 5 leaves"):
        PROOF.verify(LEAVES[3], TRUST)
    moved = InclusionProof(3, PROOF.hashes, PROOF.checkpoint)
    with pytest.raises(Integrity, match="leaf 3 is not in the tree of 5 leaves"):
        moved.verify(LEAVES[2], TRUST)
    beyond = InclusionProof(5, PROOF.hashes, PROOF.checkpoint)
    with pytest.raises(Integrity, match="a tree of 5 leaves has no leaf 5"):
        beyond.verify(LEAVES[2], TRUST)
    with pytest.raises(Integrity, match="no trusted log is called"):
        PROOF.verify(LEAVES[2], Policy())


def test_every_flipped_bit_of_a_proof_is_found() -> None:
    data = PROOF.format()
    for flip in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[flip // 8] ^= 1 << flip % 8
        with pytest.raises((InputError, Integrity)):
            InclusionProof.parse(bytes(damaged)).verify(LEAVES[2], TRUST)


def test_growth_is_proven_from_a_trusted_checkpoint() -> None:
    base = Checkpoint.parse(signed_head(LEAVES[:3]).text)
    request = growth(LEAVES, 3)
    assert request.startswith(b"old 3\n")
    proof = ConsistencyProof.parse(request)
    assert proof.format() == request
    assert proof.verify(base, TRUST).checkpoint.size == 5


def test_a_log_that_changed_its_past_has_no_growth_to_prove() -> None:
    base = Checkpoint.parse(signed_head(LEAVES[:3]).text)
    other = ConsistencyProof.parse(growth(leaves_of(5, "another past"), 3))
    with pytest.raises(Integrity, match="does not begin with the one of 3"):
        other.verify(base, TRUST)


def test_growth_is_of_the_same_log_from_the_same_size() -> None:
    base = Checkpoint.parse(signed_head(LEAVES[:2]).text)
    proof = ConsistencyProof.parse(growth(LEAVES, 3))
    with pytest.raises(InputError, match=r"since 3 leaves, not of .* since 2"):
        proof.verify(base, TRUST)
    elsewhere = Checkpoint("example.com/other", 3, base.root)
    with pytest.raises(InputError, match=r"not of .*other. since 3"):
        proof.verify(elsewhere, TRUST)


MAGIC = "c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "followed by an empty line and a checkpoint"),
        (f"{MAGIC}index 0\n", 3, "followed by an empty line and a checkpoint"),
        (f"{MAGIC}index 0\n\n", 2, "followed by an empty line and a checkpoint"),
        ("c2sp.org/tlog-proof@v2\nindex 0\n\nx", 1, "a proof begins with c2sp.org"),
        (f"{MAGIC}\nx", 2, "a line `index <number>` is missing"),
        (f"{MAGIC}Index 0\n\nx", 2, "a line `index <number>` is missing"),
        (f"{MAGIC}index\n\nx", 2, "index is not a number"),
        (f"{MAGIC}index 01\n\nx", 2, "index is not a number"),
        (f"{MAGIC}index 0 \n\nx", 2, "index is not a number"),
        (f"{MAGIC}extra \nindex 0\n\nx", 2, "extra data is not base64"),
        (f"{MAGIC}extra !\nindex 0\n\nx", 2, "extra data is not base64"),
        (f"{MAGIC}extra AA==\nextra AA==\nindex 0\n\nx", 3, "`index <number>`"),
        (f"{MAGIC}index 0\n{HASH64}\nAAAA\n\nx", 4, "hash has 3 bytes, not 32"),
        (f"{MAGIC}index 0\n{HASH64[1:]}\n\nx", 3, "hash is not base64"),
        (f"{MAGIC}index 0\n" + f"{HASH64}\n" * 64 + "\nx", 3, "at most 63 hashes"),
        (f"{MAGIC}index ٣\n\nx", 2, "index is not a number"),
    ],
)
def test_what_is_no_proof_is_refused_by_its_line(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        InclusionProof.parse(text.encode())
    assert caught.value.line == line


def test_a_proof_has_at_most_63_hashes_and_two_million_bytes() -> None:
    text = f"{MAGIC}index 0\n" + f"{HASH64}\n" * 63 + "\nx"
    assert len(InclusionProof.parse(text.encode()).hashes) == 63
    with pytest.raises(InputError, match="has 2000001 bytes"):
        InclusionProof.parse(b"x" * 2_000_001)
    with pytest.raises(InputError, match="a line `old <number>` is missing"):
        ConsistencyProof.parse(PROOF.format())


@given(
    st.one_of(
        st.binary(max_size=120),
        st.lists(
            st.sampled_from(
                [MAGIC, "index ", "extra ", "old ", "7", "AA==", HASH64, "\n", "\n\n"]
            ),
            max_size=12,
        ).map(lambda parts: "".join(parts).encode()),
    )
)
@example(PROOF.format())
@example(growth(LEAVES, 3))
def test_any_bytes_are_a_proof_that_formats_back_or_are_refused(data: bytes) -> None:
    for kind in (InclusionProof, ConsistencyProof):
        try:
            proof = kind.parse(data)
        except InputError:
            continue
        assert proof.format() == data
