from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from events.errors import InputError, Integrity
from ledger.log.tiles import MemoryTiles, tile_path, tiles
from ledger.log.tree import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    Run,
    consistency_proof,
    frontier,
    inclusion_proof,
    inclusion_proofs,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.vectors import VECTORS, needs_vectors

# --- the oracle: RFC 6962 sections 2.1 to 2.1.2, word for word and slow -------------


def oracle_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def oracle_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = oracle_split(len(leaves))
    return sha256(b"\x01" + oracle_root(leaves[:k]) + oracle_root(leaves[k:])).digest()


def oracle_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = oracle_split(len(leaves))
    if m < k:
        return [*oracle_path(m, leaves[:k]), oracle_root(leaves[k:])]
    return [*oracle_path(m - k, leaves[k:]), oracle_root(leaves[:k])]


def oracle_subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [oracle_root(leaves)]
    k = oracle_split(len(leaves))
    if m <= k:
        left = oracle_subproof(m, leaves[:k], whole=whole)
        return [*left, oracle_root(leaves[k:])]
    right = oracle_subproof(m - k, leaves[k:], whole=False)
    return [*right, oracle_root(leaves[:k])]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(b"event %d" % number) for number in range(count)]


def tree_of(leaves: Sequence[bytes]) -> tuple[Frontier, MemoryTiles]:
    edge, runs = Frontier().extend(leaves)
    kept = MemoryTiles()
    kept.write(runs)
    return edge, kept


# --- hashing ------------------------------------------------------------------------


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert Frontier().root() == EMPTY_ROOT


def test_the_trees_of_certificate_transparency_have_their_published_roots() -> None:
    """The eight leaves and roots that CT implementations have shared since 2013."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    entries.append("606162636465666768696a6b6c6d6e6f")
    roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    edge = Frontier()
    for entry, expected in zip(entries, roots, strict=True):
        edge, _ = edge.extend([leaf_hash(bytes.fromhex(entry))])
        assert edge.root().hex() == expected


def test_the_five_leaves_of_the_module_docstring_are_as_it_says() -> None:
    a, b, c, d, e = leaves_of(5)
    m, n = node_hash(a, b), node_hash(c, d)
    q = node_hash(m, n)
    edge, kept = tree_of([a, b, c, d, e])
    assert edge == Frontier(5, (q, e))
    assert edge.root() == node_hash(q, e)
    assert inclusion_proof(2, 5, kept) == [d, m, e]
    assert consistency_proof(3, 5, kept) == [c, d, m, e]
    f = leaf_hash(b"f")
    assert edge.extend([f])[0] == Frontier(6, (q, node_hash(e, f)))


# --- growing and proving against the oracle ------------------------------------------


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_a_small_tree_is_the_oracle_s_and_verifies(size: int) -> None:
    leaves = leaves_of(size)
    edge, kept = tree_of(leaves)
    head = oracle_root(leaves)
    assert edge.root() == root(size, kept) == head
    for index, proof in enumerate(inclusion_proofs(range(size), size, kept)):
        assert proof == oracle_path(index, leaves)
        verify_inclusion(leaves[index], index, size, proof, head)
    for old in range(1, size + 1):
        old_head = oracle_root(leaves[:old])
        proof = consistency_proof(old, size, kept)
        assert proof == oracle_subproof(old, leaves, whole=True)
        verify_consistency(old, old_head, size, head, proof)


class GrowingTree(RuleBasedStateMachine):
    """A tree that grows in batches, at any moment equal to the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.leaves: list[bytes] = []
        self.edge = Frontier()
        self.kept = MemoryTiles()

    @rule(count=st.one_of(st.integers(0, 3), st.integers(200, 300)))
    def grow(self, count: int) -> None:
        start = len(self.leaves)
        new = [leaf_hash(b"%d" % number) for number in range(start, start + count)]
        self.edge, runs = self.edge.extend(new)
        self.kept.write(runs)
        self.leaves += new

    @rule(data=st.data())
    def prove_inclusion(self, data: st.DataObject) -> None:
        if not self.leaves:
            return
        size = data.draw(st.integers(1, len(self.leaves)))
        index = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(index, size, self.kept)
        assert proof == oracle_path(index, self.leaves[:size])
        head = root(size, self.kept)
        verify_inclusion(self.leaves[index], index, size, proof, head)
        with pytest.raises(Integrity):
            verify_inclusion(leaf_hash(b"other"), index, size, proof, head)

    @rule(data=st.data())
    def prove_consistency(self, data: st.DataObject) -> None:
        if not self.leaves:
            return
        new = data.draw(st.integers(1, len(self.leaves)))
        old = data.draw(st.integers(1, new))
        proof = consistency_proof(old, new, self.kept)
        assert proof == oracle_subproof(old, self.leaves[:new], whole=True)
        heads = root(old, self.kept), root(new, self.kept)
        verify_consistency(old, heads[0], new, heads[1], proof)
        for forged in ((EMPTY_ROOT, heads[1]), (heads[0], EMPTY_ROOT)):
            with pytest.raises(Integrity):
                verify_consistency(old, forged[0], new, forged[1], proof)

    @invariant()
    def the_root_is_the_oracle_s(self) -> None:
        assert self.edge.root() == oracle_root(self.leaves)

    @invariant()
    def the_frontier_can_be_read_back(self) -> None:
        assert frontier(len(self.leaves), self.kept) == self.edge


TestGrowingTree = GrowingTree.TestCase
TestGrowingTree.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None
)


@given(st.lists(st.integers(0, 700), max_size=6))
@settings(max_examples=50, deadline=None)
def test_how_leaves_are_batched_does_not_show_in_the_tree(batches: list[int]) -> None:
    leaves = leaves_of(sum(batches))
    edge, kept, start = Frontier(), MemoryTiles(), 0
    for count in batches:
        edge, runs = edge.extend(leaves[start : start + count])
        kept.write(runs)
        start += count
    whole, at_once = tree_of(leaves)
    assert edge == whole
    for tile in tiles(len(leaves)):
        assert kept.read(*tile) == at_once.read(*tile)


def test_a_store_keeps_one_hash_more_for_256_leaves() -> None:
    _, runs = Frontier().extend(leaves_of(600))
    assert [(run.level, run.start, len(run.hashes)) for run in runs] == [
        (0, 0, 600),
        (1, 0, 2),
    ]
    edge, _ = Frontier().extend(leaves_of(255))
    _, runs = edge.extend([leaf_hash(b"the last of its tile")])
    assert [(run.level, run.start, len(run.hashes)) for run in runs] == [
        (0, 255, 1),
        (1, 0, 1),
    ]


def test_a_tree_of_65536_leaves_fills_its_second_level() -> None:
    leaves = leaves_of(65_537)
    edge, kept = tree_of(leaves)
    assert [run.level for run in Frontier().extend(leaves)[1]] == [0, 1, 2]
    assert edge.root() == oracle_root(leaves) == root(65_537, kept)
    for index in (0, 255, 256, 65_535, 65_536):
        proof = inclusion_proof(index, 65_537, kept)
        assert proof == oracle_path(index, leaves)


def test_proofs_of_an_earlier_head_do_not_look_past_it() -> None:
    """A static log serves the tiles of its checkpoint and no wider ones."""
    leaves = leaves_of(300)
    _, kept = tree_of(leaves[:270])

    class Narrow:
        def read(self, level: int, index: int, width: int) -> bytes:
            assert (level, index, width) in set(tiles(270))
            return kept.read(level, index, width)

    assert consistency_proof(260, 270, Narrow()) == oracle_subproof(
        260, leaves[:270], whole=True
    )
    assert inclusion_proof(3, 270, Narrow()) == oracle_path(3, leaves[:270])


# --- refusals -------------------------------------------------------------------------


@given(st.integers(1, 70), st.data())
@settings(max_examples=150, deadline=None)
def test_any_flipped_bit_of_an_inclusion_proof_is_found(
    size: int, data: st.DataObject
) -> None:
    leaves = leaves_of(size)
    _, kept = tree_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, kept)
    parts = [leaves[index], root(size, kept), *proof]
    flip = data.draw(st.integers(0, len(parts) * 256 - 1))
    damaged = bytearray(parts[flip // 256])
    damaged[flip % 256 // 8] ^= 1 << flip % 8
    parts[flip // 256] = bytes(damaged)
    leaf, head, *path = parts
    with pytest.raises(Integrity):
        verify_inclusion(leaf, index, size, path, head)


@given(st.integers(1, 70), st.data())
@settings(max_examples=150, deadline=None)
def test_any_flipped_bit_of_a_consistency_proof_is_found(
    new: int, data: st.DataObject
) -> None:
    leaves = leaves_of(new)
    _, kept = tree_of(leaves)
    old = data.draw(st.integers(1, new))
    parts = [root(old, kept), root(new, kept), *consistency_proof(old, new, kept)]
    flip = data.draw(st.integers(0, len(parts) * 256 - 1))
    damaged = bytearray(parts[flip // 256])
    damaged[flip % 256 // 8] ^= 1 << flip % 8
    parts[flip // 256] = bytes(damaged)
    old_head, new_head, *path = parts
    with pytest.raises(Integrity):
        verify_consistency(old, old_head, new, new_head, path)


def test_a_proof_names_both_roots_when_it_fails() -> None:
    leaves = leaves_of(2)
    with pytest.raises(Integrity) as caught:
        verify_inclusion(leaves[0], 0, 2, [leaves[1]], EMPTY_ROOT)
    assert caught.value.facts["position"] == 0
    assert caught.value.facts["expected"] == EMPTY_ROOT.hex()
    assert caught.value.facts["found"] == node_hash(*leaves).hex()
    assert str(caught.value) == (
        "leaf 0 is not in the tree of 2 leaves: the proof leads to the root"
        f" {node_hash(*leaves).hex()}, not {EMPTY_ROOT.hex()}"
    )


H = b"\x07" * 32


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: verify_inclusion(H, 0, 0, [], H), "of 0 leaves has no leaf 0"),
        (lambda: verify_inclusion(H, -1, 1, [], H), "has no leaf -1"),
        (lambda: verify_inclusion(H, 1, 1, [], H), "has no leaf 1"),
        (lambda: verify_inclusion(H, 0, -1, [], H), "-1 is not the size"),
        (lambda: verify_inclusion(H, 0, 1 << 63, [], H), "is not the size of a tree"),
        (lambda: verify_inclusion(H, 0, 1, [], b""), "number 1 here has 0"),
        (lambda: verify_inclusion(b"", 0, 1, [], b""), "number 0 here has 0"),
        (lambda: verify_inclusion(H, 0, 1, [H], H), "has 0 hashes, not 1"),
        (lambda: verify_inclusion(H, 0, 2, [H[1:]], H), "number 2 here has 31"),
        (lambda: verify_inclusion(H, 0, 2, [], H), "has 1 hashes, not 0"),
        (lambda: verify_consistency(0, EMPTY_ROOT, 1, H, []), "0 leaves cannot vouch"),
        (
            lambda: verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, []),
            "0 leaves cannot vouch",
        ),
        (lambda: verify_consistency(2, H, 1, H, []), "cannot vouch for one of 1"),
        (lambda: verify_consistency(-1, H, 1, H, []), "-1 is not the size"),
        (lambda: verify_consistency(1, H, 1 << 63, H, []), "is not the size"),
        (lambda: verify_consistency(1, H, 1, H, [H]), "has 0 hashes, not 1"),
        (lambda: verify_consistency(1, H, 1, EMPTY_ROOT, []), "does not begin with"),
        (lambda: verify_consistency(1, H + H, 1, H + H, []), "number 0 here has 64"),
        (lambda: Frontier(2, (H, H)), "has 1 hashes, not 2"),
        (lambda: Frontier(1, (H[1:],)), "number 0 here has 31"),
        (lambda: Frontier(-1, ()), "-1 is not the size"),
        (lambda: Frontier().extend([b"short"]), "number 0 here has 5"),
        (
            lambda: Frontier(MAX_SIZE, (H,) * 63).extend([H]),
            "is not the size of a tree",
        ),
        (lambda: MemoryTiles().write([Run(0, 1, [H])]), "does not continue it"),
    ],
)
def test_what_proves_nothing_is_refused(
    refused: Callable[[], object], words: str
) -> None:
    with pytest.raises(Integrity, match=words):
        refused()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (lambda: inclusion_proof(5, 5, MemoryTiles()), "index"),
        (lambda: inclusion_proof(-1, 5, MemoryTiles()), "index"),
        (lambda: inclusion_proof(0, 0, MemoryTiles()), "index"),
        (lambda: inclusion_proof(0, 1 << 63, MemoryTiles()), "size"),
        (lambda: consistency_proof(0, 5, MemoryTiles()), "old"),
        (lambda: consistency_proof(6, 5, MemoryTiles()), "old"),
        (lambda: consistency_proof(1, -1, MemoryTiles()), "new"),
        (lambda: root(-1, MemoryTiles()), "size"),
    ],
)
def test_a_proof_of_what_cannot_be_is_not_attempted(
    asked: Callable[[], object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        asked()
    assert caught.value.facts["field"] == field


def test_a_tile_of_the_wrong_length_is_named_by_its_first_leaf() -> None:
    class Short:
        def read(self, level: int, index: int, width: int) -> bytes:
            del level, index
            return b"\0" * (32 * width - 1)

    with pytest.raises(Integrity, match="has 1407 bytes, not 1408") as caught:
        inclusion_proof(299, 300, Short())
    assert caught.value.facts["position"] == 256


# --- tiles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((0, 273, 112), "tile/0/273.p/112"),
        ((2, 0, 1), "tile/2/000.p/1"),
        ((0, 1234067, 256), "tile/0/x001/x234/067"),
        ((1, 1000, 3), "tile/1/x001/000.p/3"),
    ],
)
def test_tiles_are_named_as_the_specification_names_them(
    tile: tuple[int, int, int], path: str
) -> None:
    assert tile_path(*tile) == path


def test_a_tree_of_70000_leaves_has_the_tiles_of_the_specification() -> None:
    paths = [tile_path(*tile) for tile in tiles(70_000)]
    assert len(paths) == 273 + 1 + 1 + 1 + 1
    assert paths[273:] == [
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert list(tiles(0)) == []


# --- public vectors -------------------------------------------------------------------

# The roots of this case are 12 bytes of text; a library that compares them as strings
# accepts it. A root here is 32 bytes or it is nothing, so the case is refused.
_REFUSED_HERE = {"sizes are equal (one) and proof is empty"}


def _cases(kind: str) -> list[Any]:
    files = sorted((VECTORS / "rfc6962" / kind).rglob("*.json"))
    return [pytest.param(file, id=f"{file.parent.name}-{file.stem}") for file in files]


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _judged(case: dict[str, Any], check: Callable[[], None]) -> None:
    if case["wantErr"] or case["desc"] in _REFUSED_HERE:
        with pytest.raises(Integrity):
            check()
    else:
        check()


@needs_vectors
@pytest.mark.parametrize("file", _cases("inclusion"))
def test_inclusion_vectors_are_judged_as_published(file: Path) -> None:
    case = json.loads(file.read_text())
    proof = [_raw(text) for text in case["proof"] or []]
    leaf, head = _raw(case["leafHash"]), _raw(case["root"])
    _judged(
        case,
        lambda: verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, head),
    )


@needs_vectors
@pytest.mark.parametrize("file", _cases("consistency"))
def test_consistency_vectors_are_judged_as_published(file: Path) -> None:
    case = json.loads(file.read_text())
    proof = [_raw(text) for text in case["proof"] or []]
    heads = _raw(case["root1"]), _raw(case["root2"])
    _judged(
        case,
        lambda: verify_consistency(
            case["size1"], heads[0], case["size2"], heads[1], proof
        ),
    )


@needs_vectors
def test_all_196_vectors_are_there() -> None:
    assert len(_cases("inclusion")) + len(_cases("consistency")) == 196
