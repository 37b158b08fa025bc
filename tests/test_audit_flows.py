"""Signing, witnessing, changing keys, restoring: from one end to the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from events.dates import PartialDate
from events.entry import Draft
from events.errors import InputError, Integrity, NotFound, Refused
from events.record import KeyRotated
from ledger.audit.backup import backup
from ledger.audit.checkpoints import Checkpoints
from ledger.audit.export import export
from ledger.audit.redaction import Redaction
from ledger.audit.restore import keep_heads, read_heads, restore
from ledger.audit.rotation import Rotation, chain, read_rotation, state_rotation
from ledger.audit.signing import growth_since, prove, rehearse_now, rotate, sign_now
from ledger.audit.trust import Trust
from ledger.audit.verify import main, verify
from ledger.index_file import beside
from ledger.ledger import Ledger
from ledger.log.checkpoint import Checkpoint
from ledger.log.keyfile import FileSigner
from ledger.log.keys import sign
from ledger.log.memory import Memory
from ledger.log.note import Note, parse_signatures
from ledger.log.policy import Policy
from ledger.log.tree import leaf_hash
from ledger.log.witness import Witness
from ledger.store import LEDGER_STREAM
from tests import ledgers
from tests.audit_parts import (
    TRUST,
    WITNESS,
    WITNESSED,
    files_of,
    filled,
    head_note,
    order_of,
    part,
    put,
    signed,
    small,
)
from tests.log_parts import LOG, ORIGIN, signer_of

NEW = signer_of(ORIGIN, salt="new")
NEWER = signer_of(ORIGIN, salt="newer")


def trust_in(signer: object) -> Trust:
    return Trust.in_key(str(getattr(signer, "vkey", "")))


# --- signing and keeping --------------------------------------------------------------


def test_a_signed_head_is_kept_and_signed_again_only_to_the_same(
    tmp_path: Path,
) -> None:
    with signed(tmp_path) as (ledger, memory, checkpoints):
        first = checkpoints.latest()
        assert sign_now(ledger, LOG, memory, checkpoints) == first
        ledger.append([ledgers.invested(40)], recorded_by="ann")
        second = sign_now(ledger, LOG, memory, checkpoints)
        assert checkpoints.sizes() == [16, 17]
        assert checkpoints.latest() == second
    with pytest.raises(NotFound, match="no signed head of 3 events"):
        checkpoints.read(3)


def test_whoever_waits_for_another_signer_signs_what_is_there_then(
    tmp_path: Path,
) -> None:
    """A head that was read before would look as if events had been lost."""
    path = tmp_path / "ledger.db"
    with (
        signed(tmp_path) as (ledger, memory, checkpoints),
        ledgers.reopen(path) as other,
    ):

        class Waiting(Memory):
            @contextmanager
            def locked(self) -> Iterator[None]:
                other.append([ledgers.invested(other.size)], recorded_by="bob")
                sign_now(other, LOG, memory, checkpoints)
                with super().locked():
                    yield

        waiting = Waiting(tmp_path / "memory" / "heads")
        rehearse_now(ledger, LOG, waiting, checkpoints)
        note = sign_now(ledger, LOG, waiting, checkpoints)
    assert Checkpoint.parse(note.text).size == 18
    assert not (tmp_path / "memory" / "heads.evidence").exists()


def test_another_head_of_the_same_size_is_not_kept(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "c")
    assert checkpoints.latest() is None
    for number, ok in ((1, True), (1, True), (2, False)):
        text = Checkpoint(ORIGIN, 3, bytes([number]) * 32).text()
        note = Note(text, (sign(text, LOG),))
        if ok:
            checkpoints.add(note)
        else:
            with pytest.raises(Integrity, match="another head of 3 events"):
                checkpoints.add(note)


def test_a_file_that_is_no_head_is_not_taken_for_one(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    text = Checkpoint(ORIGIN, 3, bytes(32)).text()
    (tmp_path / "4").write_bytes(Note(text, (sign(text, LOG),)).format())
    with pytest.raises(InputError, match="of another size"):
        checkpoints.read(4)
    for junk in (b"", b"junk", text.encode(), b"\xff\n\n"):
        (tmp_path / "5").write_bytes(junk)
        with pytest.raises(InputError, match="/5 is not a signed head: "):
            checkpoints.read(5)


def test_an_inclusion_proof_of_one_event_holds(tmp_path: Path) -> None:
    with signed(tmp_path) as (ledger, _, checkpoints):
        note = checkpoints.read(16)
        row = ledger.store.row("beta-gamma", 3)
        assert row is not None
        proof = prove(ledger, note, row.position)
    assert proof.verify(leaf_hash(row.event), TRUST.policy).checkpoint.size == 16
    with pytest.raises(Integrity):
        proof.verify(leaf_hash(b"another"), TRUST.policy)


# --- witnesses ------------------------------------------------------------------------


def test_a_counterparty_cosigns_by_files_and_is_asked_for_by_the_policy(
    tmp_path: Path,
) -> None:
    witness = Witness(WITNESS, TRUST.policy, Memory(tmp_path / "theirs" / "heads"))
    with signed(tmp_path) as (ledger, memory, checkpoints):
        old, cosigned = 0, checkpoints.read(16)
        for number in range(2):
            note = sign_now(ledger, LOG, memory, checkpoints)
            size = Checkpoint.parse(note.text).size
            request = growth_since(ledger, note, old)
            answer = str(witness.cosign(request, 1_900_000_000 + number)).encode()
            lines = parse_signatures(answer)
            cosigned = checkpoints.cosign(lines, (WITNESS.vkey,))
            old = size
            ledger.append([ledgers.invested(60 + number)], recorded_by="ann")
        order = order_of(ledger, note=cosigned.format(), earlier=(), stated=())
        export(ledger.store, tmp_path / "b", order)
    verdict = verify(tmp_path / "b", WITNESSED)
    assert [found.role for found in verdict.signatures] == ["log", "witness"]
    assert verdict.signatures[1].at == "2030-03-17T17:46:41.000000Z"
    assert "no witness" not in " ".join(verdict.not_checked)
    alone = verify(tmp_path / "b", TRUST)
    assert "by keys you did not name: witness.example/w" in " ".join(alone.not_checked)


def test_a_cosignature_by_nobody_known_is_not_kept(tmp_path: Path) -> None:
    with signed(tmp_path) as (_, _, checkpoints):
        note = checkpoints.read(16)
        line = sign(note.text, WITNESS, 1_900_000_000)
        with pytest.raises(Integrity):
            checkpoints.cosign((line,), (signer_of("x").vkey,))
        wrong = sign(note.text + "more\n", WITNESS, 1_900_000_000)
        with pytest.raises(Integrity):
            checkpoints.cosign((wrong,), (WITNESS.vkey,))
        assert checkpoints.read(16) == note


# --- changing keys --------------------------------------------------------------------


def test_whoever_trusts_an_old_key_follows_to_the_new_one(tmp_path: Path) -> None:
    """Two changes of keys; heads signed by all three; both profiles."""
    with signed(tmp_path) as (ledger, memory, checkpoints):
        for old, new in ((LOG, NEW), (NEW, NEWER)):
            rotate(ledger, old, new, memory, checkpoints, recorded_by="ann")
            ledger.snapshot_heads(recorded_by="ann")
            note = sign_now(ledger, new, memory, checkpoints)
        earlier = tuple(checkpoints.read(s).format() for s in checkpoints.sizes()[:-1])
        for agreements in (None, ("alpha-beta",)):
            order = order_of(
                ledger, note=note.format(), earlier=earlier, agreements=agreements
            )
            export(ledger.store, tmp_path / f"b{agreements}", order)
            for signer in (LOG, NEW, NEWER):
                verdict = verify(tmp_path / f"b{agreements}", trust_in(signer))
                assert verdict.signatures[0].key == str(NEWER.vkey)
            with pytest.raises(Integrity):
                verify(
                    tmp_path / f"b{agreements}", trust_in(signer_of(ORIGIN, salt="x"))
                )


def test_a_change_of_keys_that_the_log_does_not_hold_leads_nowhere(
    tmp_path: Path,
) -> None:
    """A thief of the old key hands over to his own, and signs."""
    files = dict(small())
    statement = state_rotation(LOG, NEW).encode()
    note = Note.parse(files["checkpoint"])
    files["checkpoint"] = Note(note.text, (sign(note.text, NEW),)).format()
    files["keys/3"] = statement
    del files["checkpoints/5"], files["consistency/5-16"]
    with pytest.raises(Integrity, match="there is no change of keys at pos:3"):
        verify(put(files, tmp_path / "b"), TRUST)


def test_both_keys_must_sign_a_change() -> None:
    text = Note.parse(state_rotation(LOG, NEW).encode()).text
    for signers in ((LOG,), (NEW,), (NEW, LOG), (LOG, NEW, NEWER)):
        note = Note(text, tuple(sign(text, signer) for signer in signers))
        with pytest.raises(Integrity):
            read_rotation(note.format())
    assert read_rotation(state_rotation(LOG, NEW).encode()) == (LOG.vkey, NEW.vkey)
    with pytest.raises(Refused):
        state_rotation(LOG, LOG)
    with pytest.raises(Refused):
        state_rotation(LOG, signer_of("example.com/other"))
    with pytest.raises(InputError):
        read_rotation(head_like())


def head_like() -> bytes:
    text = Checkpoint(ORIGIN, 3, bytes(32)).text()
    return Note(text, (sign(text, LOG),)).format()


def test_a_key_that_does_not_sign_now_cannot_be_changed(tmp_path: Path) -> None:
    with signed(tmp_path) as (ledger, memory, checkpoints):
        with pytest.raises(Refused, match="does not sign for this ledger"):
            rotate(ledger, NEW, NEWER, memory, checkpoints, recorded_by="ann")
        assert ledger.size == 16


def test_only_the_key_that_the_ledger_changed_to_signs(tmp_path: Path) -> None:
    """Before any change it is the key that signed the last head."""
    with signed(tmp_path) as (ledger, memory, checkpoints):
        before = memory.note(ORIGIN)
        for stranger in (NEW, NEWER):
            with pytest.raises(Refused, match="does not sign for") as found:
                sign_now(ledger, stranger, memory, checkpoints)
            told = f"its head of 16 events, signed by {LOG.vkey.short}"
            assert found.value.conflict == told
        rotate(ledger, LOG, NEW, memory, checkpoints, recorded_by="ann")
        size = ledger.size
        for given_up in (LOG, NEWER):
            for attempt in (
                lambda key: sign_now(ledger, key, memory, checkpoints),
                lambda key: rehearse_now(ledger, key, memory, checkpoints),
                lambda key: rotate(ledger, key, signer_of(ORIGIN, salt="x"), memory,
                                   checkpoints, recorded_by="eve"),
            ):  # fmt: skip
                with pytest.raises(Refused, match="does not sign for") as found:
                    attempt(given_up)
                change = "the change of keys at pos:16, recorded on 2027-01-15, to"
                assert found.value.conflict == f"{change} {NEW.vkey}"
        assert (ledger.size, memory.note(ORIGIN)) == (size, before)
        # The new key may give way before it has signed a head.
        rotate(ledger, NEW, NEWER, memory, checkpoints, recorded_by="ann")
        rotate(ledger, NEWER, LOG, memory, checkpoints, recorded_by="ann")
        sign_now(ledger, LOG, memory, checkpoints)
        with pytest.raises(Refused, match="does not sign for") as found:
            sign_now(ledger, NEW, memory, checkpoints)
        assert "at pos:18, " in str(found.value.conflict)


def test_a_change_of_the_key_of_another_log_says_nothing_of_this_one(
    tmp_path: Path,
) -> None:
    """A ledger may be signed under a second name, as after a key was lost."""
    other, next_one = (signer_of("example.com/2", salt=salt) for salt in "ab")
    with signed(tmp_path) as (ledger, memory, checkpoints):
        others = Checkpoints(tmp_path / "other")
        sign_now(ledger, other, memory, others)
        rotate(ledger, other, next_one, memory, others, recorded_by="ann")
        sign_now(ledger, LOG, memory, checkpoints)
        with pytest.raises(Refused, match="does not sign for this ledger"):
            sign_now(ledger, other, memory, others)
        sign_now(ledger, next_one, memory, others)


KEYS = {
    **{name: signer_of(ORIGIN, salt=name).vkey for name in "abcxy"},
    **{name: signer_of("example.com/other", salt=name).vkey for name in "oö"},
}


@pytest.mark.parametrize(
    ("trusted", "made", "known", "current", "strange"),
    [
        ("a", "", "a", None, []),
        ("a", "ab bc", "abc", "c", []),
        ("b", "ab bc", "abc", "c", []),
        ("c", "ab bc", "abc", "c", []),
        ("ac", "ab bc", "abc", "c", []),
        ("a", "ab ba", "ab", "a", []),
        ("b", "ab ba", "ab", "a", []),
        ("a", "ab ba ac", "abc", "c", []),
        ("a", "xy", "a", None, [0]),
        ("a", "xy ab yx", "ab", "b", [0, 2]),
        ("a", "ab ax bc", "abc", "c", [1]),
        ("b", "ab ax xa", "ab", "b", [1, 2]),
        ("x", "ab ax", "x", None, [0, 1]),
        ("a", "oö ab", "ab", "b", []),
        ("aö", "oö ab", "abö", "b", []),
        ("o", "oö", "o", None, []),
    ],
)
def test_changes_of_keys_make_one_chain_from_the_key_that_is_trusted(
    trusted: str, made: str, known: str, current: str | None, strange: list[int]
) -> None:
    pairs = enumerate(made.split())
    rotations = {at: Rotation(*(KEYS[name] for name in pair)) for at, pair in pairs}
    found = chain(ORIGIN, [KEYS[name] for name in trusted], rotations)
    assert {name for name, key in KEYS.items() if key in found.keys} == set(known)
    assert (found.current, list(found.strange)) == (
        KEYS[current] if current else None,
        strange,
    )


def changed_by_anybody(ledger: Ledger, old: FileSigner, new: FileSigner) -> None:
    """A change of two keys as whoever can append has it recorded."""
    statement = state_rotation(old, new)
    event = KeyRotated(old=str(old.vkey), new=str(new.vkey), statement=statement)
    draft = Draft(agreement=LEDGER_STREAM, event=event)
    ledger.append_system([draft], recorded_by="eve")


def test_a_change_of_keys_by_a_key_that_never_signed_counts_for_nothing(
    tmp_path: Path,
) -> None:
    """Whoever can append locks nobody out, whatever remembers the owner's key."""
    eve, eves = (signer_of(ORIGIN, salt=salt) for salt in ("eve", "eves"))
    memories = iter(Memory(tmp_path / "memories" / str(n)) for n in range(9))
    with signed(tmp_path) as (ledger, memory, checkpoints):
        for new in (eves, LOG):
            with pytest.raises(Refused, match="does not sign for this ledger"):
                rotate(ledger, eve, new, next(memories), checkpoints,
                       recorded_by="eve")  # fmt: skip
        changed_by_anybody(ledger, eve, eves)
        for remembering in (memory, next(memories)):
            for stranger in (eve, eves):
                with pytest.raises(Refused, match="does not sign for this ledger"):
                    sign_now(ledger, stranger, remembering, checkpoints)
            sign_now(ledger, LOG, remembering, checkpoints)
        rotate(ledger, LOG, NEW, memory, checkpoints, recorded_by="ann")
        # A key that was found gave way before, and does not again.
        changed_by_anybody(ledger, LOG, eve)
        ledger.snapshot_heads(recorded_by="ann")
        with pytest.raises(Refused, match="does not sign for this ledger"):
            sign_now(ledger, eve, memory, checkpoints)
        note = sign_now(ledger, NEW, memory, checkpoints)
        order = order_of(ledger, note=note.format(), earlier=())
        export(ledger.store, tmp_path / "b", order)
    for trust in (TRUST, trust_in(NEW)):
        verdict = verify(tmp_path / "b", trust)
        assert verdict.signatures[0].key == str(NEW.vkey)
        for position in (16, 18):
            words = f"the change of keys at pos:{position}: it is by a key that did not"
            assert words in " ".join(verdict.not_checked)
    with pytest.raises(Integrity, match="no known key signed"):
        verify(tmp_path / "b", trust_in(eve))


def test_a_key_gives_way_once_it_has_signed(tmp_path: Path) -> None:
    """Before that nobody could tell it from any other key."""
    memory = Memory(tmp_path / "memory" / "heads")
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    with filled(tmp_path / "ledger.db") as ledger:
        with pytest.raises(Refused, match="has signed no head of this ledger"):
            rotate(ledger, LOG, NEW, memory, checkpoints, recorded_by="ann")
        assert ledger.size == 16
        changed_by_anybody(ledger, NEW, NEWER)
        sign_now(ledger, LOG, memory, checkpoints)


class Failing:
    """A signer that gives up after some signatures, and counts what it was asked."""

    def __init__(self, times: int) -> None:
        self.vkey = LOG.vkey
        self.asked: list[str] = []
        self._times = times

    def sign(self, message: bytes) -> bytes:
        self.asked.append(message.decode())
        if len(self.asked) > self._times:
            raise Refused("the signer is away")
        return LOG.sign(message)


def test_a_signature_is_rehearsed_on_a_true_head_and_thrown_away(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path / "memory" / "heads")
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    with ledgers.create(tmp_path / "ledger.db") as ledger:
        away, here = Failing(0), Failing(1)
        # There is no head yet to be signed.
        rehearse_now(ledger, away, memory, checkpoints)
        assert away.asked == []
        ledgers.fill(ledger, 4)
        with pytest.raises(Refused, match="is away"):
            rehearse_now(ledger, away, memory, checkpoints)
        rehearse_now(ledger, here, memory, checkpoints)
        head = ledger.head()
        assert here.asked == [Checkpoint(ORIGIN, 4, head.root).text()]
        assert memory.note(ORIGIN) is None
        with pytest.raises(Refused, match="is not a key of the log"):
            rehearse_now(ledger, WITNESS, memory, checkpoints)


# --- restoring ------------------------------------------------------------------------


def test_a_full_bundle_restores_the_same_ledger(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        export(ledger.store, tmp_path / "b.zip", order_of(ledger))
        with ledgers.create(tmp_path / "again.db") as again:
            restore(tmp_path / "b.zip", again, TRUST)
            assert again.check() == ledger.head()
            assert list(again.store.scan()) == list(ledger.store.scan())
            assert again.agreements() == ledger.agreements()
            export(again.store, tmp_path / "c.zip", order_of(again))
            again.append([ledgers.invested(70)], recorded_by="ann")
    assert (tmp_path / "b.zip").read_bytes() == (tmp_path / "c.zip").read_bytes()


def test_an_index_of_what_was_there_before_goes_when_a_bundle_is_restored(
    tmp_path: Path,
) -> None:
    old = beside(tmp_path / "again.db")
    old.write_text("words that were erased since")
    with filled(tmp_path / "ledger.db") as ledger:
        export(ledger.store, tmp_path / "b.zip", order_of(ledger))
        with ledgers.create(tmp_path / "again.db") as again:
            restore(tmp_path / "b.zip", again, TRUST)
    assert not old.exists()


def test_a_bundle_is_restored_into_an_empty_ledger_alone(tmp_path: Path) -> None:
    path = put(small(), tmp_path / "b")
    with filled(tmp_path / "ledger.db") as ledger:
        with pytest.raises(Refused, match="has events already"):
            restore(path, ledger, TRUST)
        assert ledger.size == 16


def test_a_forged_bundle_restores_nothing(tmp_path: Path) -> None:
    files = {**small(), "history.csv": b"x"}
    with Ledger.create(tmp_path / "ledger.db") as ledger:
        with pytest.raises(Integrity):
            restore(put(files, tmp_path / "b"), ledger, TRUST)
        assert ledger.size == 0


def test_a_part_of_a_ledger_restores_nothing(tmp_path: Path) -> None:
    path = put(part(), tmp_path / "b")
    with (
        Ledger.create(tmp_path / "ledger.db") as ledger,
        pytest.raises(Refused, match="some agreements only"),
    ):
        restore(path, ledger, TRUST)


def test_a_redacted_bundle_restores_nothing(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        order = order_of(ledger, redaction=Redaction.parse("amount"))
        export(ledger.store, tmp_path / "b", order)
    with Ledger.create(tmp_path / "again.db") as again:
        with pytest.raises(Refused, match="withheld"):
            restore(tmp_path / "b", again, TRUST)
        assert again.size == 0


def test_the_heads_and_stamps_of_a_bundle_are_kept_with_what_it_restores(
    tmp_path: Path,
) -> None:
    stamps = {5: b"early", 16: b"late"}
    copy = tmp_path / "copy.db"
    with filled(tmp_path / "ledger.db") as ledger:
        export(ledger.store, tmp_path / "b", order_of(ledger, stamps=stamps))
        early = head_note(ledger, 5)
    checkpoints = Checkpoints.beside(tmp_path / "again.db")
    with Ledger.create(tmp_path / "again.db") as again:
        restore(tmp_path / "b", again, TRUST)
        heads = read_heads(tmp_path / "b", again, checkpoints)
        assert [head.size for head in heads] == [5, 16]
        keep_heads(heads, checkpoints)
        assert backup(again, copy, checkpoints) == (again.head(), 16)
    for kept in (checkpoints, Checkpoints.beside(copy)):
        assert kept.sizes() == [5, 16]
        assert kept.read(5).format() == early
        assert kept.stamps() == stamps


def test_a_bundle_that_was_exchanged_leaves_no_heads(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "heads")
    with ledgers.create(tmp_path / "other.db") as other:
        ledgers.fill(other, 20)
        with pytest.raises(Integrity, match="does not continue the head of 16"):
            read_heads(put(small(), tmp_path / "b"), other, checkpoints)
    assert checkpoints.sizes() == []


# --- snapshots ------------------------------------------------------------------------


def test_a_snapshot_is_of_the_moment_before_it(tmp_path: Path) -> None:
    """Somebody appends while the heads are read; the snapshot is taken again."""
    path = tmp_path / "ledger.db"
    with ledgers.create(path) as ledger, ledgers.reopen(path) as other:
        ledgers.fill(ledger, 3)
        tails = ledger.store.tails
        calls: list[int] = []

        def slow_tails() -> object:
            found = list(tails())
            if not calls:
                calls.append(1)
                other.append([ledgers.invested(80)], recorded_by="eve")
            return iter(found)

        ledger.store.tails = slow_tails  # type: ignore[method-assign, assignment]  # as a slow disk would
        receipt = ledger.snapshot_heads(recorded_by="ann")
        assert receipt.position == 4
        order = order_of(ledger, earlier=(), stated=())
        export(ledger.store, tmp_path / "b", order)
    assert "snapshot of heads at pos:4" in " ".join(
        verify(tmp_path / "b", TRUST).checked
    )


def test_a_part_can_be_exported_of_a_head_behind_the_snapshot(tmp_path: Path) -> None:
    with filled(tmp_path / "ledger.db") as ledger:
        ledger.append([ledgers.invested(81)], recorded_by="ann")
        ledger.append([ledgers.opened("later")], recorded_by="ann")
        order = order_of(ledger, agreements=("alpha-beta",))
        export(ledger.store, tmp_path / "b", order)
        with pytest.raises(Refused, match="began after the snapshot"):
            export(
                ledger.store,
                tmp_path / "c",
                order_of(ledger, agreements=("later",), stated=()),
            )
        with pytest.raises(NotFound):
            export(ledger.store, tmp_path / "c", order_of(ledger, agreements=("x",)))
    (shown,) = verify(tmp_path / "b", TRUST).agreements
    assert (shown.events, shown.complete_to) == (9, 15)


def test_an_empty_ledger_has_no_heads_and_gives_nothing(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "ledger.db") as ledger:
        with pytest.raises(Refused, match="no agreement"):
            ledger.snapshot_heads(recorded_by="ann")
        order = order_of(ledger, note=head_note(ledger, 0), earlier=())
        with pytest.raises(Refused, match="nothing to export"):
            export(ledger.store, tmp_path / "b", order)


# --- documents and states -------------------------------------------------------------


def test_documents_go_along_that_an_event_cites(tmp_path: Path) -> None:
    (tmp_path / "filing.pdf").write_bytes(b"a filing")
    digest = sha256(b"a filing").hexdigest()
    source = {"source": "filing", "sha256": digest}
    with ledgers.create(tmp_path / "ledger.db") as ledger:
        ledger.append([ledgers.opened(sources=[source])], recorded_by="ann")
        ledger.snapshot_heads(recorded_by="ann")
        for agreements in (None, ("alpha-beta",)):
            path = tmp_path / f"b{agreements}"
            order = order_of(
                ledger,
                earlier=(),
                agreements=agreements,
                documents=(tmp_path / "filing.pdf",),
            )
            export(ledger.store, path, order)
            verify(path, TRUST)
            files = files_of(path)
            files[f"documents/{digest}"] = b"another"
            with pytest.raises(Integrity, match="is not the document of that name"):
                verify(put(files, path), TRUST)
        (tmp_path / "other.pdf").write_bytes(b"uncited")
        order = order_of(ledger, earlier=(), documents=(tmp_path / "other.pdf",))
        with pytest.raises(Refused, match="no event in the bundle cites"):
            export(ledger.store, tmp_path / "c", order)
        assert not (tmp_path / "c").exists()


def test_states_are_written_for_each_date_and_left_out_on_request(
    tmp_path: Path,
) -> None:
    dates = tuple(map(PartialDate.parse, ("2019", "2020-Q1", "2021-06-30")))
    with filled(tmp_path / "ledger.db") as ledger:
        order = order_of(ledger, on=dates, stated=("alpha-beta", "beta-gamma"))
        export(ledger.store, tmp_path / "b", order)
        with pytest.raises(InputError):
            export(ledger.store, tmp_path / "c", order_of(ledger, stated=("x",)))
    names = [name for name in files_of(tmp_path / "b") if name.startswith("state/")]
    assert len(names) == 6
    assert "6 states" in " ".join(verify(tmp_path / "b", TRUST).checked)
    files = files_of(tmp_path / "b")
    files[names[0]] = b"{}"
    put(files, tmp_path / "b")
    with pytest.raises(Integrity, match="is not what the events lead to"):
        verify(tmp_path / "b", TRUST)
    assert "you left them out" in " ".join(
        verify(tmp_path / "b", TRUST, readable=False).not_checked
    )


def test_a_cell_of_the_table_is_never_a_formula() -> None:
    """gamma-delta was opened by somebody who calls himself =ann, "x"."""
    table = small()["history.csv"].decode()
    assert '"\'=ann, ""x"""' in table
    assert len(table.splitlines()) == 17


# --- as a program ---------------------------------------------------------------------


def test_the_verifier_is_a_program_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(put(small(), tmp_path / "b.zip"))
    (tmp_path / "old").write_bytes(small()["checkpoints/5"])
    key = ["--key", str(LOG.vkey)]
    assert main([path, *key, "--since", str(tmp_path / "old")]) == 0
    assert '"schema": "whereas/verdict/1"' in capsys.readouterr().out
    assert main([path]) == 2
    assert "comes from outside" in capsys.readouterr().err
    assert main([path, "--key", str(NEW.vkey)]) == 4
    assert '"error": "integrity"' in capsys.readouterr().err
    assert main([str(tmp_path / "none"), *key]) == 2
    policy = tmp_path / "policy"
    policy.write_bytes(b"log \xff")
    for given in ([path, "--policy", str(policy)], [f"{path}\udcff", *key]):
        capsys.readouterr()
        assert main(given) == 2
        said = json.loads(capsys.readouterr().err)
        assert "\udcff" in "".join(map(str, said.values()))
    policy.write_text(f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n")
    assert main([path, "--policy", str(policy)]) == 0
    assert Policy.parse(policy.read_bytes()).quorum == "w"
