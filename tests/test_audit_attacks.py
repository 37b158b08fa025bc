"""Every attack that must be found, and which layer finds it.

Whoever attacks here owns the ledger file and drops its triggers first. In some the
signing key is stolen as well; then somebody who kept a checkpoint finds it.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import tracemalloc
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events.codec import disclosure, disclosure_digest
from events.errors import InputError, Integrity, Refused, WhereasError
from ledger.audit.body import history_of
from ledger.audit.export import export
from ledger.audit.heads import Head, Snapshot
from ledger.audit.leaf import read_leaves
from ledger.audit.manifest import Manifest
from ledger.audit.packing import pack, unpack
from ledger.audit.readable import HISTORY_HEADER
from ledger.audit.rotation import state_rotation
from ledger.audit.signing import sign_now
from ledger.audit.trust import Trust
from ledger.audit.verify import verify
from ledger.log.checkpoint import Checkpoint
from ledger.log.keyfile import FileSigner
from ledger.log.keys import sign
from ledger.log.memory import Fork, Memory, Rollback
from ledger.log.note import Note
from ledger.log.policy import Policy
from ledger.log.proof import ConsistencyProof, InclusionProof
from ledger.log.tiles import MemoryTiles, tile_path, tiles
from ledger.log.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from tests import ledgers
from tests.audit_parts import (
    TRUST,
    WITNESS,
    WITNESSED,
    Files,
    changed,
    filled,
    head_note,
    order_of,
    part,
    put,
    signed,
    small,
    verified,
)
from tests.log_parts import LOG, ORIGIN, signer_of

SIZE = 16
PACK = f"tile/entries/000.p/{SIZE}"
SHOWN = f"disclosures/000.p/{SIZE}"


def events_of(files: Files) -> list[dict[str, Any]]:
    return [json.loads(event) for event in unpack(files[PACK], 0, SIZE)]


def encoded(event: dict[str, Any]) -> bytes:
    return msgspec.json.encode(event, order="sorted")


def rebuilt(files: Files, events: list[dict[str, Any]], key: FileSigner = LOG) -> Files:
    """Hash everything anew after an edit, as a careful forger with the key would."""
    last: dict[str, str] = {}
    data: list[bytes] = []
    for position, event in enumerate(events):
        event["position"] = position
        event.pop("prev", None)
        if event["agreement"] in last:
            event["prev"] = last[event["agreement"]]
        data.append(encoded(event))
        last[event["agreement"]] = leaf_hash(data[-1]).hex()
    leaves = list(map(leaf_hash, data))
    tree, runs = Frontier().extend(leaves)
    kept = MemoryTiles()
    kept.write(runs)
    head = Checkpoint(ORIGIN, len(data), tree.root())
    note = Note(head.text(), (sign(head.text(), key),)).format()
    rest = {
        name: content
        for name, content in files.items()
        if not name.startswith(("tile/", "consistency/", "checkpoints/", "state/"))
        and name != "history.csv"
    }
    width = f"000.p/{len(data)}"
    shown = rest.pop(SHOWN, b"").split(b"\n")[: len(data)]
    rest[f"disclosures/{width}"] = b"".join(line + b"\n" for line in shown)
    rest["checkpoint"] = note
    rest["MANIFEST.json"] = Manifest.of(head, None).encode()
    rest[f"tile/entries/{width}"] = pack(data)
    for level, index, count in tiles(len(data)):
        rest[tile_path(level, index, count)] = kept.read(level, index, count)
    return rest


def without_snapshot(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e for e in events if e["type"] != "heads-snapshotted"]


# --- with the ledger file alone -------------------------------------------------------


EDITED = "CAST(replace(event, '2020', '2021') AS BLOB) WHERE position = 4"
COPIED = "(SELECT event FROM events WHERE position = 9) WHERE position = 8"


@pytest.mark.parametrize(("value", "position"), [(EDITED, 4), (COPIED, 8)])
def test_the_tree_finds_an_edited_row(
    tmp_path: Path, value: str, position: int
) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        order = order_of(ledger)
        with ledgers.raw(tmp_path / "ledger.db") as connection:
            connection.execute(f"UPDATE events SET event = {value}")  # noqa: S608  # constants
        with pytest.raises(Integrity) as found:
            export(ledger.store, tmp_path / "b", order)
    assert found.value.position == position


def test_the_tree_finds_an_edited_row_whose_hash_was_fixed(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        order = order_of(ledger)
        with ledgers.raw(tmp_path / "ledger.db") as connection:
            (event,) = connection.execute(
                "SELECT event FROM events WHERE position = 4"
            ).fetchone()
            event = event.replace(b"2020", b"2021")
            connection.execute(
                "UPDATE events SET event = ?, leaf = ? WHERE position = 4",
                (event, leaf_hash(event)),
            )
        with pytest.raises(Integrity) as found:
            export(ledger.store, tmp_path / "b", order)
    assert found.value.position == 4
    assert found.value.facts["found"] == leaf_hash(event).hex()


def test_a_kept_checkpoint_finds_a_deleted_tail(tmp_path: Path) -> None:
    """Five events were signed away; the ledger now has four again."""
    with ledgers.create(tmp_path / "long.db") as ledger:
        ledgers.fill(ledger, 5)
        kept = head_note(ledger, 5)
    with ledgers.create(tmp_path / "short.db") as ledger:
        ledgers.fill(ledger, 4)
        export(ledger.store, tmp_path / "b", order_of(ledger, earlier=(), stated=()))
    with pytest.raises(Integrity, match="had 5 events and now shows 4") as found:
        verify(tmp_path / "b", Trust(TRUST.policy, kept))
    assert found.value.position == 4


def test_the_memory_refuses_to_sign_an_old_database(tmp_path: Path) -> None:
    with signed(tmp_path) as (ledger, memory, checkpoints):
        ledger.backup(tmp_path / "backup.db")
        ledger.append([ledgers.invested(50)], recorded_by="ann")
        sign_now(ledger, LOG, memory, checkpoints)
    with ledgers.reopen(tmp_path / "backup.db") as old:
        with pytest.raises(Rollback):
            sign_now(old, LOG, memory, checkpoints)
        old.append([ledgers.invested(51), ledgers.invested(52)], recorded_by="eve")
        with pytest.raises(Fork):
            sign_now(old, LOG, memory, checkpoints)


# --- with a bundle and without the key ------------------------------------------------


def swapped(files: Files) -> Files:
    events = unpack(files[PACK], 0, SIZE)
    events[3], events[4] = events[4], events[3]
    return {**files, PACK: pack(events)}


def edited(files: Files) -> Files:
    return {**files, PACK: files[PACK].replace(b"round-1", b"round-9")}


def misspelt(files: Files) -> Files:
    """The same values with a space: other bytes that say the same."""
    events = unpack(files[PACK], 0, SIZE)
    events[3] = events[3].replace(b'"v":1', b'"v": 1')
    return {**files, PACK: pack(events)}


def doubled(files: Files) -> Files:
    """A member twice: one reader takes the first, another the last."""
    events = unpack(files[PACK], 0, SIZE)
    events[3] = events[3].replace(b'{"agreement"', b'{"agreement":"x","agreement"', 1)
    return {**files, PACK: pack(events)}


def shifted(files: Files) -> Files:
    """One event ends early and the next begins there: the same bytes on end."""
    events = unpack(files[PACK], 0, SIZE)
    events[3], events[4] = events[3][:-1], events[3][-1:] + events[4]
    return {**files, PACK: pack(events)}


def short(files: Files) -> Files:
    return {**files, PACK: files[PACK][:-1]}


def long(files: Files) -> Files:
    return {**files, PACK: files[PACK] + b"\0\0"}


def other_tile(files: Files) -> Files:
    name = f"tile/0/000.p/{SIZE}"
    tile = bytearray(files[name])
    tile[5 * 32] ^= 1
    return {**files, name: bytes(tile)}


def other_head(files: Files) -> Files:
    note = files["checkpoint"].replace(b"\n16\n", b"\n17\n")
    return {**files, "checkpoint": note}


def other_key(files: Files) -> Files:
    """Signed by somebody who calls his key as the log does."""
    return rebuilt(files, events_of(files), key=signer_of(ORIGIN, salt="thief"))


def other_size(files: Files) -> Files:
    data = files["MANIFEST.json"].replace(b'"size":16', b'"size":15')
    return {**files, "MANIFEST.json": data}


def other_profile(files: Files) -> Files:
    data = files["MANIFEST.json"].replace(b'"full"', b'"partial"')
    return {**files, "MANIFEST.json": data}


def other_format(files: Files) -> Files:
    data = files["MANIFEST.json"].replace(b"bundle/1", b"bundle/2")
    return {**files, "MANIFEST.json": data}


def other_growth(files: Files) -> Files:
    lines = files["consistency/5-16"].split(b"\n")
    lines[1] = base64.b64encode(bytes(32))
    return {**files, "consistency/5-16": b"\n".join(lines)}


def other_earlier(files: Files) -> Files:
    """An earlier head that somebody else signed."""
    key = signer_of(ORIGIN, salt="thief")
    text = Note.parse(files["checkpoints/5"]).text
    return {**files, "checkpoints/5": Note(text, (sign(text, key),)).format()}


def other_history(files: Files) -> Files:
    return {**files, "history.csv": files["history.csv"].replace(b"bob", b"eve", 1)}


def longer_history(files: Files) -> Files:
    return {**files, "history.csv": files["history.csv"] + b"17,\r\n"}


def other_state(files: Files) -> Files:
    name = "state/alpha-beta@2021-01-01.json"
    return {**files, name: files[name].replace(b"USD 1m", b"USD 9m", 1)}


IN_A_BUNDLE: list[
    tuple[Callable[[Files], Files], type[WhereasError], str, int | None]
] = [
    (swapped, Integrity, "pos:3 holds the event of pos:4", 3),
    (edited, Integrity, "does not name the event before it", 3),
    (misspelt, Integrity, "pos:3 is not spelled as an event is", 3),
    (doubled, Integrity, "pos:3 is not spelled as an event is", 3),
    (shifted, Integrity, "pos:3 does not hold an event", 3),
    (short, Integrity, "is cut short", 15),
    (long, Integrity, "belong to no event", 15),
    (other_tile, Integrity, "does not hold the hashes of the events", 5),
    (other_head, Integrity, "is not a signature of this text", None),
    (other_key, Integrity, "no known key signed this note", None),
    (other_size, Integrity, "does not say what the checkpoint says", None),
    (other_profile, Integrity, "does not say what the checkpoint says", None),
    (other_format, InputError, "bundle of format 'whereas-bundle/2'", None),
    (other_growth, Integrity, "does not begin with", 0),
    (other_earlier, Integrity, "no known key signed", None),
    (other_history, Integrity, "history.csv does not say of pos:", None),
    (longer_history, Integrity, "history.csv does not say of pos:16", 16),
    (other_state, Integrity, "is not what the events lead to", None),
]


@pytest.mark.parametrize(
    ("attack", "error", "words", "position"),
    IN_A_BUNDLE,
    ids=[row[0].__name__ for row in IN_A_BUNDLE],
)
def test_a_changed_bundle_is_refused(
    tmp_path: Path,
    attack: Callable[[Files], Files],
    error: type[WhereasError],
    words: str,
    position: int | None,
) -> None:
    with pytest.raises(error, match=words) as found:
        verified(attack(small()), tmp_path / "b")
    if position is not None:
        assert found.value.facts["position"] == position


# --- with the stolen key --------------------------------------------------------------


def old_edit(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    events[2]["recorded_by"] = "eve"
    return events


def past_insert(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An event between others, numbers and links redone behind it."""
    fresh = dict(events[1], id="0" * 36, recorded_at=_later(events[1]["recorded_at"]))
    for event in events[2:]:
        if event["agreement"] == fresh["agreement"]:
            event["seq"] += 1
    return [*events[:2], dict(fresh, seq=fresh["seq"] + 1), *events[2:]]


def cut_tail(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return events[:4]


def _later(instant: str) -> str:
    return instant[:-2] + "1Z"


@pytest.mark.parametrize("attack", [old_edit, past_insert, cut_tail])
def test_a_kept_checkpoint_finds_what_was_signed_again_with_the_stolen_key(
    tmp_path: Path,
    attack: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
) -> None:
    """The head of five events was kept by a counterparty before the theft."""
    kept = small()["checkpoints/5"]
    forged = put(
        rebuilt(small(), attack(without_snapshot(events_of(small())))), tmp_path / "b"
    )
    with pytest.raises(Integrity):
        verify(forged, Trust(TRUST.policy, since=kept))


def test_a_witness_finds_a_fork_that_the_owner_signs(tmp_path: Path) -> None:
    """A forged log is not cosigned, so that a policy with a witness refuses it."""
    forged = rebuilt(small(), old_edit(without_snapshot(events_of(small()))))
    with pytest.raises(Integrity, match="the quorum 'w' did not cosign"):
        verified(forged, tmp_path / "b", WITNESSED)


def one_seq_twice(events: list[dict[str, Any]]) -> None:
    events[3]["seq"] = events[2]["seq"]


def one_seq_missing(events: list[dict[str, Any]]) -> None:
    for event in events[3:]:
        if event["agreement"] == "alpha-beta":
            event["seq"] += 1


def half_a_batch(events: list[dict[str, Any]]) -> None:
    for event in events:
        if event.get("batch", {}).get("i") == 4:
            del event["batch"]


def end_of_a_batch(events: list[dict[str, Any]]) -> None:
    events[2]["batch"]["i"] = 2


def batch_beyond_itself(events: list[dict[str, Any]]) -> None:
    events[2]["batch"] = {"i": 1, "id": "b", "n": 0}


def back_dated(events: list[dict[str, Any]]) -> None:
    events[-1]["recorded_at"] = events[5]["recorded_at"]


def no_instant(events: list[dict[str, Any]]) -> None:
    events[3]["recorded_at"] = "2027-02-30T00:00:00.000000Z"


def no_number(events: list[dict[str, Any]]) -> None:
    events[3]["data"]["x"] = 2**53


def unknown_member(events: list[dict[str, Any]]) -> None:
    events[3]["zz"] = 1


def unknown_type(events: list[dict[str, Any]]) -> None:
    events[3]["type"] = "nothing-happened"


def later_version(events: list[dict[str, Any]]) -> None:
    events[3]["tv"] = 99


def false_digests(events: list[dict[str, Any]]) -> None:
    events[3]["data"]["_sd"] = events[3]["data"]["_sd"][:-1]


def unsorted_digests(events: list[dict[str, Any]]) -> None:
    events[3]["data"]["_sd"].reverse()


def false_algorithm(events: list[dict[str, Any]]) -> None:
    events[3]["data"]["_sd_alg"] = "md5"


@pytest.mark.parametrize(
    ("lie", "error", "words", "position"),
    [
        (one_seq_twice, Integrity, "the next event of it is @4", 3),
        (one_seq_missing, Integrity, "the next event of it is @4", 3),
        (half_a_batch, Integrity, "of 4 events ends after 3", 5),
        (end_of_a_batch, Integrity, "does not begin before it", 2),
        (batch_beyond_itself, Integrity, "is event 1 of a batch of 0", 2),
        (back_dated, Integrity, "not after the event before it", 14),
        (no_instant, Integrity, "is not an instant", 3),
        (no_number, Integrity, "beyond 9007199254740991", 3),
        (unknown_member, Integrity, "unknown field `zz`", 3),
        (unknown_type, InputError, "does not know", None),
        (later_version, InputError, "does not know", None),
        (false_digests, Integrity, "does not have the 3 digests", 3),
        (unsorted_digests, Integrity, "digests that are not sorted", 3),
        (false_algorithm, Integrity, "digests that are not sorted", 3),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_not_even_the_owner_signs_what_contradicts_itself(
    tmp_path: Path,
    lie: Callable[[list[dict[str, Any]]], None],
    error: type[WhereasError],
    words: str,
    position: int | None,
) -> None:
    """The log is hashed and signed anew around each lie, with the real key."""
    events = without_snapshot(events_of(small()))
    lie(events)
    with pytest.raises(error, match=words) as found:
        verified(rebuilt(small(), events), tmp_path / "b")
    if position is not None:
        assert found.value.facts["position"] == position


def test_without_a_lie_the_same_log_holds(tmp_path: Path) -> None:
    events = without_snapshot(events_of(small()))
    assert verified(rebuilt(small(), events), tmp_path / "b").size == SIZE - 1


def test_the_owner_cannot_leave_an_agreement_out_of_the_snapshot(
    tmp_path: Path,
) -> None:
    events = events_of(small())
    events[-1]["data"]["agreements"] = 2
    with pytest.raises(Integrity, match="not of the last event of every agreement"):
        verified(rebuilt(small(), events), tmp_path / "b")


def test_a_witness_finds_an_event_that_was_dated_behind_its_cosignature(
    tmp_path: Path,
) -> None:
    """The witness saw 16 events a year before they say that they were recorded."""
    note = Note.parse(small()["checkpoint"])
    early = Note(note.text, note.signatures[:1]).signed(
        sign(note.text, WITNESS, 1_700_000_000)
    )
    files = {**small(), "checkpoint": early.format()}
    files["consistency/5-16"] = _on(files["consistency/5-16"], early)
    with pytest.raises(Integrity, match=r"witness.example/w saw a head of 16") as found:
        verified(files, tmp_path / "b", WITNESSED)
    assert found.value.position == 0


def _on(proof: bytes, note: Note) -> bytes:
    old = ConsistencyProof.parse(proof)
    return ConsistencyProof(old.old, old.hashes, note.format()).format()


# --- what a partial bundle leaves out -------------------------------------------------


def omitted(files: Files, position: int) -> Files:
    return {
        name: data
        for name, data in files.items()
        if name.split("/")[-1].split(".")[0] != str(position)
    }


def last_of(files: Files) -> int:
    """The position of the last event of the agreement, before the snapshot."""
    numbers = [int(n[8:-5]) for n in files if n.startswith("entries/")]
    return sorted(numbers)[-2]


def test_the_links_find_an_event_left_out(tmp_path: Path) -> None:
    with pytest.raises(Integrity, match="the next event of it is @3") as found:
        verified(omitted(part(), 2), tmp_path / "b")
    assert found.value.position == 3


def test_the_snapshot_finds_the_last_event_left_out(tmp_path: Path) -> None:
    files = omitted(part(), last_of(part()))
    files.pop("history.csv")
    with pytest.raises(Integrity, match=r"ended at @8 .* the bundle ends at @7"):
        verified(files, tmp_path / "b")


def test_the_snapshot_finds_a_head_that_was_forged_to_hide_it(tmp_path: Path) -> None:
    files = omitted(part(), last_of(part()))
    files.pop("history.csv")
    head = Head.parse(files["heads/alpha-beta"])
    event = [int(n[8:-5]) for n in files if n.startswith("entries/")]
    leaf = leaf_hash(files[f"entries/{sorted(event)[-2]}.json"])
    forged = Head(
        "alpha-beta", 7, leaf, head.snapshot, head.index, head.count, head.hashes
    )
    files["heads/alpha-beta"] = forged.format()
    with pytest.raises(Integrity, match="is not under the snapshot"):
        verified(files, tmp_path / "b")


def test_an_event_of_another_agreement_does_not_belong(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        order = order_of(ledger, agreements=("alpha-beta", "beta-gamma"), history=False)
        export(ledger.store, tmp_path / "both", order)
    from tests.audit_parts import files_of  # noqa: PLC0415  # beside its only use

    files = files_of(tmp_path / "both")
    del files["heads/beta-gamma"]
    head = Checkpoint.parse(Note.parse(files["checkpoint"]).text)
    files["MANIFEST.json"] = Manifest.of(head, ("alpha-beta",)).encode()
    with pytest.raises(Integrity, match="is of beta-gamma, which is not among"):
        verified(files, tmp_path / "b")


def test_a_proof_of_another_event_is_refused(tmp_path: Path) -> None:
    other = part()["proofs/3.tlog-proof"]
    for proof in (other, other.replace(b"index 3", b"index 2")):
        files = changed(part(), "proofs/2.tlog-proof", proof)
        with pytest.raises(Integrity) as found:
            verified(files, tmp_path / "b")
        assert found.value.position == 2


def test_a_proof_with_words_of_its_own_is_refused(tmp_path: Path) -> None:
    """``extra`` is allowed by the format and covered by nothing."""
    proof = InclusionProof.parse(part()["proofs/2.tlog-proof"])
    more = InclusionProof(proof.index, proof.hashes, proof.checkpoint, b"believe me")
    files = changed(part(), "proofs/2.tlog-proof", more.format())
    with pytest.raises(Integrity, match="is a proof of something else"):
        verified(files, tmp_path / "b")


def test_a_partial_bundle_must_show_growth_from_the_head_you_kept(
    tmp_path: Path,
) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        kept = head_note(ledger, 7)
    path = put(part(), tmp_path / "b")
    with pytest.raises(Integrity, match="does not show that the log continues"):
        verify(path, Trust(TRUST.policy, kept))
    assert verify(path, Trust(TRUST.policy, part()["checkpoints/5"])).since == 5


# --- disclosures ----------------------------------------------------------------------


def lines_at(files: Files, position: int) -> list[str]:
    return files[SHOWN].decode().split("\n")[position].split("~")


def with_lines(files: Files, position: int, lines: list[str]) -> Files:
    whole = files[SHOWN].decode().split("\n")
    whole[position] = "~".join(lines)
    return {**files, SHOWN: "\n".join(whole).encode()}


def forged_value(lines: list[str]) -> list[str]:
    raw = base64.urlsafe_b64decode(lines[0] + "==")
    salt, name, _ = json.loads(raw)
    return [disclosure(base64.urlsafe_b64decode(salt + "=="), name, "USD 9m"), lines[1]]


def redacted_as(lines: list[str]) -> list[str]:
    return [f"redacted amount {disclosure_digest('x')}", lines[1]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (forged_value, "has no digest for the amount"),
        (lambda lines: [*lines, lines[0]], "twice or out of order"),
        (lambda lines: [lines[0], lines[0]], "twice or out of order"),
        (lambda lines: lines[::-1], "twice or out of order"),
        (lambda lines: lines[1:], "says nothing of amount"),
        (lambda _: [], "says nothing of amount"),
        (redacted_as, "has no digest for the amount"),
        (lambda lines: ["erased amount", lines[1]], "no event erased it"),
        (lambda lines: [*lines, "erased text"], "does not withhold"),
        (lambda lines: [*lines, "erased recipient"], "does not withhold"),
        (lambda lines: ["e30", *lines], "is no disclosure"),
        (lambda lines: ["erased", *lines], "is no disclosure"),
        (lambda lines: ["redacted amount", lines[1]], "is no disclosure"),
        (lambda lines: [lines[0] + "=", lines[1]], "no d"),
        (lambda lines: ["é", *lines], "is no disclosure"),
    ],
    ids=["forged", "twice", "instead", "out of order", "missing", "none", "redacted",
         "erased", "not its field", "stated", "no array", "no name", "no digest",
         "padded", "not ASCII"],
)  # fmt: skip
def test_a_disclosure_that_fits_no_digest_is_refused(
    tmp_path: Path, change: Callable[[list[str]], list[str]], words: str
) -> None:
    forged = with_lines(small(), 3, change(lines_at(small(), 3)))
    with pytest.raises(Integrity, match=words):
        verified(forged, tmp_path / "b")


def test_a_disclosure_of_another_event_is_refused(tmp_path: Path) -> None:
    forged = with_lines(small(), 3, lines_at(small(), 4))
    with pytest.raises(Integrity, match="has no digest for") as found:
        verified(forged, tmp_path / "b")
    assert found.value.position == 3


def test_an_erased_value_that_is_still_there_is_refused(tmp_path: Path) -> None:
    """The note of @2 was erased by an event; somebody kept its disclosure."""
    with ledgers.create(tmp_path / "ledger.db") as ledger:
        ledgers.fill(ledger, 3)
        kept = ledger.store.row("alpha-beta", 2)
        assert kept is not None
        ledger.erase("alpha-beta", 2, ["note"], reason="court", recorded_by="c")
        order = order_of(ledger, earlier=(), history=False)
        export(ledger.store, tmp_path / "b", order)
    from events.codec import disclosures  # noqa: PLC0415  # beside its only use
    from tests.audit_parts import files_of  # noqa: PLC0415  # beside its only use

    files = files_of(tmp_path / "b")
    name = "disclosures/000.p/4"
    lines = files[name].decode().split("\n")
    assert lines[1].endswith("~erased note")
    verify(tmp_path / "b", TRUST)
    lines[1] = "~".join(disclosures(kept.disclosed, kept.salts))
    files[name] = "\n".join(lines).encode()
    with pytest.raises(Integrity, match="erases note of @2, which the bundle"):
        verified(files, tmp_path / "c")


# --- whom to trust --------------------------------------------------------------------


def test_the_key_in_the_bundle_counts_for_nothing(tmp_path: Path) -> None:
    thief = signer_of(ORIGIN, salt="thief")
    forged = rebuilt(small(), without_snapshot(events_of(small())), key=thief)
    forged["log.vkey"] = f"{thief.vkey}\n".encode()
    with pytest.raises(Integrity, match="no known key signed"):
        verified(forged, tmp_path / "b")


def test_a_head_of_another_log_is_no_head_to_go_on_from(tmp_path: Path) -> None:
    other = signer_of("example.com/other")
    text = Checkpoint("example.com/other", 3, bytes(32)).text()
    kept = Note(text, (sign(text, other),)).format()
    policy = Policy(logs=(LOG.vkey, other.vkey))
    with pytest.raises(Integrity, match=r"is of 'example\.com/other'"):
        verified(small(), tmp_path / "b", Trust(policy, kept))


def test_a_head_that_the_log_did_not_sign_is_no_head_to_go_on_from(
    tmp_path: Path,
) -> None:
    text = Note.parse(small()["checkpoints/5"]).text
    thief = signer_of(ORIGIN, salt="thief")
    kept = Note(text, (sign(text, thief),)).format()
    with pytest.raises(Integrity, match="no known key signed"):
        verified(small(), tmp_path / "b", Trust(TRUST.policy, kept))


def test_nobody_can_be_trusted_by_the_key_of_a_witness() -> None:
    with pytest.raises(InputError, match="the key of a witness"):
        Trust.in_key(str(WITNESS.vkey))


# --- keys that gave way ---------------------------------------------------------------


def with_changes(
    changes: Sequence[tuple[FileSigner, FileSigner]], key: FileSigner
) -> Files:
    """A log that ends with changes of keys, whose head a key has signed."""
    *events, own = events_of(small())
    files = dict(small())
    for seq, (old, new) in enumerate(changes, 1):
        position, statement = len(events), state_rotation(old, new)
        files[f"keys/{position}"] = statement.encode()
        fresh = dict(
            own,
            seq=seq,
            id=f"{position:036}",
            recorded_at=f"{own['recorded_at'][:-2]}{seq}Z",
            type="key-rotated",
            data={
                "kind": "rotation",
                "new": str(new.vkey),
                "old": str(old.vkey),
                "statement": statement,
            },
        )
        events.append(fresh)
    files[SHOWN] += b"\n" * (len(changes) - 1)
    return rebuilt(files, events, key)


NEXT, THIEF = signer_of(ORIGIN, salt="next"), signer_of(ORIGIN, salt="thief")


def test_a_head_over_a_change_of_keys_is_signed_by_the_new_key(tmp_path: Path) -> None:
    """Whoever has the old key still, such as a thief, signs nothing behind it."""
    changes = ((LOG, NEXT),)
    for trust in (TRUST, Trust.in_key(str(NEXT.vkey))):
        assert verified(with_changes(changes, NEXT), tmp_path / "b", trust).size == 16
    both = Trust(Policy(logs=(LOG.vkey, NEXT.vkey)))
    for trust in (TRUST, both):
        with pytest.raises(Integrity, match="gave way to another at pos:15") as found:
            verified(with_changes(changes, LOG), tmp_path / "b", trust)
        assert found.value.facts["expected"] == str(NEXT.vkey)


def test_a_key_that_gave_way_gives_way_to_no_other(tmp_path: Path) -> None:
    """Whoever has the old key and can append hands the log over to himself."""
    stolen = with_changes(((LOG, NEXT), (LOG, THIEF)), THIEF)
    with pytest.raises(Integrity, match="no known key signed"):
        verified(stolen, tmp_path / "b")
    # And whoever only has it recorded takes the log from nobody.
    in_vain = with_changes(((LOG, NEXT), (LOG, THIEF)), NEXT)
    verdict = verified(in_vain, tmp_path / "b")
    assert "the change of keys at pos:16: it is by" in " ".join(verdict.not_checked)
    back = with_changes(((LOG, NEXT), (NEXT, LOG)), LOG)
    assert verified(back, tmp_path / "b").size == 17


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_change_of_keys_names_the_keys_of_its_statement(
    tmp_path: Path, name: str
) -> None:
    files = with_changes(((LOG, NEXT),), NEXT)
    events = [json.loads(event) for event in unpack(files[PACK], 0, SIZE)]
    events[-1]["data"][name] = str(THIEF.vkey)
    with pytest.raises(Integrity, match="names other keys than its own") as found:
        verified(rebuilt(files, events, NEXT), tmp_path / "b")
    assert found.value.position == 15


# --- traps ----------------------------------------------------------------------------


def peak_of(files: Files, path: Path) -> tuple[WhereasError, int]:
    """Verify what is refused; give the error and the most memory it took."""
    put(files, path)
    tracemalloc.start()
    try:
        with pytest.raises(WhereasError) as found:
            verify(path, TRUST)
        return found.value, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (SHOWN, b"~" * 5_000_000 + b"\n" * SIZE, "pos:0 discloses more values than an"),
        (SHOWN, b"\n" * 5_000_000, "does not have a line for each of 16 events"),
        (SHOWN, b" " * 5_000_000 + b"\n" * SIZE, "pos:0 has a line that is no"),
        ("state/alpha-beta@2021-01-01.json", b" " * 9_000_000, "not what the events"),
        ("history.csv", b" " * 9_000_000, "does not say of pos:0 what the event says"),
    ],
    ids=["separators", "lines", "blanks", "state", "table"],
)
def test_no_file_takes_much_more_memory_than_it_has_bytes(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    error, peak = peak_of(changed(small(), name, data), tmp_path / "b")
    assert words in str(error)
    assert peak < 4 * len(data) + 1_000_000


@pytest.mark.parametrize("name", ["README", "verify.sh", "log.vkey"])
def test_what_is_for_convenience_costs_nobody_an_hour(
    tmp_path: Path, name: str
) -> None:
    """A large file that takes no room on the disk, as an archive may bring."""
    path = put(small(), tmp_path / "b")
    os.truncate(path / name, 1 << 30)
    with pytest.raises(InputError, match=f"{name} has more than 1048576 bytes"):
        verify(path, TRUST)


NESTED = b"[" * 100_000
HUGE = b"9" * 100_000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("MANIFEST.json", b'{"agreements":' + NESTED),
        ("MANIFEST.json", b'{"size":' + HUGE + b"}"),
        ("MANIFEST.json", b'{"size":1e999}'),
        ("MANIFEST.json", b'{"format":"\\ud800"}'),
        ("MANIFEST.json", b'{"origin":"\xff"}'),
        ("checkpoint", b"\n" * 900_000),
        ("checkpoint", b"x\n\n" + "— a AAAAAAAA\n".encode() * 5_000),
        ("checkpoint", b"a\n" + HUGE + b"\n\n" + "— a AAAAAAAA\n".encode()),
        ("keys/3", b"whereas-key-rotation/1\n" * 300),
        ("keys/9223372036854775808", b"x"),
        ("keys/" + "9" * 200, b"x"),
        ("consistency/5-16", b"old 5\n" + b"A" * 1_900_000),
        ("state/alpha-beta@2020@2021.json", b"{}"),
        ("state/@2020.json", b"{}"),
        ("state/_ledger@2020.json", b"{}"),
    ],
)
def test_a_trap_in_a_file_ends_in_words(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises((InputError, Integrity)):
        verified(changed(small(), name, data), tmp_path / "b")


def test_an_earlier_head_may_have_a_hundred_signatures_by_strangers(
    tmp_path: Path,
) -> None:
    """Names that would move a terminal are told, and believed by nobody."""
    note = small()["checkpoints/5"] + "— \x9b31m\u202e AAAAAAAA\n".encode() * 99
    verdict = verified(changed(small(), "checkpoints/5", note), tmp_path / "b")
    assert "signatures on checkpoints/5 by keys" in " ".join(verdict.not_checked)
    note += "— one AAAAAAAA\n".encode()
    with pytest.raises(InputError, match="101 signatures here; 100 are the most"):
        verified(changed(small(), "checkpoints/5", note), tmp_path / "b")


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = put(small(), tmp_path / "b")
    (path / os.fsdecode(b"x\xff")).write_bytes(b"")
    with pytest.raises(InputError, match="is not the name of a file here"):
        verify(path, TRUST)


@pytest.mark.parametrize("digests", [[7], [None], [True], ["short"], {"a": 1}, "a", 7])
def test_a_digest_is_a_digest(tmp_path: Path, digests: object) -> None:
    """Else a ledger that was restored from the bundle could not be checked."""
    events = without_snapshot(events_of(small()))
    events[0]["data"]["_sd"] = digests
    with pytest.raises(Integrity, match="digests that are not sorted"):
        verified(rebuilt(small(), events), tmp_path / "b")


@pytest.mark.parametrize("member", ["agreement", "instrument"])
def test_the_table_that_a_stranger_signed_has_no_formula(
    tmp_path: Path, member: str
) -> None:
    """He keeps a ledger of his own making, in which names are what he likes."""
    formula = '=HYPERLINK("x"),1\r\n'
    events = without_snapshot(events_of(small()))
    events[12][member] = formula
    files = rebuilt(small(), events)
    data = unpack(files[f"tile/entries/000.p/{SIZE - 1}"], 0, SIZE - 1)
    table = HISTORY_HEADER + history_of(read_leaves(data, 0), [*map(leaf_hash, data)])
    assert verified({**files, "history.csv": table.encode()}, tmp_path / "b").size == 15
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert {len(row) for row in rows} == {9}
    assert f"'{formula}" in rows[13]
    plain = table.replace("\"'=", '"=')
    with pytest.raises(Integrity, match=r"history.csv does not say of pos:12"):
        verified({**files, "history.csv": plain.encode()}, tmp_path / "b")


# --- what stays true ------------------------------------------------------------------


def test_old_receipts_hold_after_values_were_erased(tmp_path: Path) -> None:
    with ledgers.create(tmp_path / "ledger.db") as ledger:
        ledgers.fill(ledger, 4)
        before = [row.leaf for row in ledger.store.scan()]
        proof = inclusion_proof(1, 4, ledger.store)
        old = root(4, ledger.store)
        ledger.erase("alpha-beta", 2, ["amount"], reason="court", recorded_by="c")
        assert [row.leaf for row in ledger.store.scan(0, 4)] == before
        assert inclusion_proof(1, 4, ledger.store) == proof
        assert root(4, ledger.store) == old
        assert consistency_proof(4, 5, ledger.store)
        (entry,) = [e for e in ledger.entries("alpha-beta") if e.seq == 2]
        assert str(getattr(entry.event, "amount", "")) == "[***]"
        with pytest.raises(Refused):
            ledger.erase("alpha-beta", 2, ["amount"], reason="again", recorded_by="c")


def test_the_snapshot_is_over_sorted_names() -> None:
    tails = [(name, 1, sha256(name.encode()).digest()) for name in ("b", "a", "c")]
    assert Snapshot(tails).root == Snapshot(sorted(tails)).root
    assert Snapshot([*tails, ("_ledger", 9, bytes(32))]).count == 3
    head = Snapshot(tails).head("a", 1, sha256(b"a").digest(), 7)
    assert Head.parse(head.format()) == head
    head.verify(Snapshot(tails).root)
    with pytest.raises(Integrity):
        Snapshot(tails).head("a", 2, bytes(32), 7)


def test_the_memory_survives_what_the_ledger_does_not(tmp_path: Path) -> None:
    with signed(tmp_path) as (ledger, _, _):
        size = ledger.size
    memory = Memory(tmp_path / "memory" / "heads")
    head = memory.head(ORIGIN)
    assert head is not None
    assert head.size == size
