from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.errors import InputError, Integrity
from ledger.log.checkpoint import Checkpoint
from ledger.log.encoding import encode_base64
from ledger.log.keyfile import FileSigner
from ledger.log.keys import sign
from ledger.log.note import KeyType, Note
from ledger.log.policy import Group, Policy
from ledger.log.tree import EMPTY_ROOT
from tests.log_parts import (
    LOG,
    ORIGIN,
    leaves_of,
    signed_head,
    signer_of,
    witness_of,
)

SPEC_TEXT = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""
ROOT64 = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_the_checkpoint_of_the_specification_is_read_and_written() -> None:
    checkpoint = Checkpoint.parse(SPEC_TEXT)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20_852_163
    assert encode_base64(checkpoint.root) == ROOT64
    assert checkpoint.text() == SPEC_TEXT


def test_extension_lines_are_kept_as_they_are() -> None:
    text = SPEC_TEXT + "first extension\n second \n"
    checkpoint = Checkpoint.parse(text)
    assert checkpoint.extensions == ("first extension", " second ")
    assert checkpoint.text() == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an origin, a size and a root"),
        ("origin\n1\n", "an origin, a size and a root"),
        (f"origin\n1\n{ROOT64}", "an origin, a size and a root"),
        (f"\n1\n{ROOT64}\n", "origin of a checkpoint is a line of text"),
        (f"origin\n01\n{ROOT64}\n", "size is not a number"),
        (f"origin\n-1\n{ROOT64}\n", "size is not a number"),
        (f"origin\n9223372036854775808\n{ROOT64}\n", "size is not a number"),
        ("origin\n1\nAAAA\n", "root has 3 bytes, not 32"),
        (f"origin\n1\n{ROOT64[:-1]}\n", "root is not base64"),
        (f"origin\n1\n{ROOT64}\n\n", "extension of a checkpoint is a line"),
        (f"origin\n1\n{ROOT64}\nok\n\nok\n", "extension of a checkpoint is a line"),
        (f"origin\n0\n{ROOT64}\n", "an empty log has the root of nothing"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Checkpoint("", 0, EMPTY_ROOT),
        lambda: Checkpoint("two\nlines", 0, EMPTY_ROOT),
        lambda: Checkpoint("origin", -1, bytes(32)),
        lambda: Checkpoint("origin", 1 << 63, bytes(32)),
        lambda: Checkpoint("origin", 1, bytes(31)),
        lambda: Checkpoint("origin", 1, bytes(32), ("",)),
    ],
)
def test_what_could_not_be_read_back_cannot_be_made(
    made: Callable[[], Checkpoint],
) -> None:
    with pytest.raises(InputError):
        made()


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(["a", "\n", "0", "1", ROOT64, "\n\n", " "]), max_size=9
        ).map("".join),
    )
)
@example(SPEC_TEXT)
@example(f"origin\n0\n{encode_base64(EMPTY_ROOT)}\n")
def test_any_text_is_a_checkpoint_that_prints_back_or_is_refused(text: str) -> None:
    try:
        checkpoint = Checkpoint.parse(text)
    except InputError:
        return
    assert checkpoint.text() == text


# --- policies -------------------------------------------------------------------------

SELLER, BUYER = witness_of("seller.example/w"), witness_of("buyer.example/w")
NOTARY = witness_of("notary.example/w")
POLICY = f"""
# whom we believe
log {LOG.vkey} https://example.com/deals

witness seller {SELLER.vkey}
\twitness  buyer\t{BUYER.vkey}  https://buyer.example/
witness notary {NOTARY.vkey}
group parties all seller buyer
group enough any parties notary
quorum enough
"""


def test_a_policy_is_read_as_its_docstring_says() -> None:
    policy = Policy.parse(POLICY.encode())
    assert policy.logs == (LOG.vkey,)
    assert policy.witnesses == {
        "seller": SELLER.vkey,
        "buyer": BUYER.vkey,
        "notary": NOTARY.vkey,
    }
    assert policy.groups == {
        "parties": Group(2, ("seller", "buyer")),
        "enough": Group(1, ("parties", "notary")),
    }
    assert policy.quorum == "enough"


@pytest.mark.parametrize(
    ("cosigners", "good"),
    [
        ([], False),
        ([SELLER], False),
        ([BUYER], False),
        ([SELLER, BUYER], True),
        ([NOTARY], True),
        ([SELLER, NOTARY], True),
        ([SELLER, SELLER], False),
        ([witness_of("stranger.example"), SELLER], False),
    ],
)
def test_the_quorum_is_met_by_those_that_the_groups_say(
    cosigners: list[FileSigner], good: object
) -> None:
    note = signed_head(leaves_of(3))
    for time, cosigner in enumerate(cosigners, start=1):
        note = note.signed(sign(note.text, cosigner, time))
    policy = Policy.parse(POLICY.encode())
    if not good:
        with pytest.raises(Integrity, match="quorum 'enough' did not cosign"):
            policy.judge(note.format())
        return
    judged = policy.judge(note.format())
    assert judged.checkpoint.size == 3
    assert [v.key for v in judged.logs] == [LOG.vkey]
    assert judged.note == note


def test_a_missed_quorum_says_who_is_missing() -> None:
    note = signed_head(leaves_of(3))
    note = note.signed(sign(note.text, SELLER, 1))
    with pytest.raises(Integrity) as caught:
        Policy.parse(POLICY.encode()).judge(note.format())
    assert caught.value.facts["cosigned"] == ["seller"]
    assert caught.value.facts["missing"] == ["buyer", "notary"]


def test_a_log_signs_for_its_own_origin_alone() -> None:
    other = signer_of("example.com/other")
    note = signed_head(leaves_of(3))
    impostor = Note(note.text, (sign(note.text, other),))
    with pytest.raises(Integrity, match="no known key signed"):
        Policy((LOG.vkey, other.vkey)).judge(impostor.format())
    with pytest.raises(Integrity, match=r"no trusted log is called"):
        Policy((other.vkey,)).judge(note.format())


def test_a_cosignature_does_not_stand_in_for_the_log() -> None:
    note = signed_head(leaves_of(3))
    cosigned = Note(note.text, (sign(note.text, NOTARY, 1),))
    with pytest.raises(Integrity, match=r"the log .* did not sign this"):
        Policy.parse(POLICY.encode()).judge(cosigned.format())


def test_a_wrong_cosignature_condemns_even_where_the_quorum_is_met() -> None:
    note = signed_head(leaves_of(3))
    wrong = sign("another text\n", SELLER, 1)
    note = note.signed(sign(note.text, NOTARY, 1), wrong)
    with pytest.raises(Integrity, match=r"signature by seller\.example/w"):
        Policy.parse(POLICY.encode()).judge(note.format())


def test_a_policy_without_witnesses_takes_the_log_at_its_word() -> None:
    policy = Policy.parse(f"log {LOG.vkey}\nquorum none\n".encode())
    assert policy == Policy((LOG.vkey,))
    assert policy.judge(signed_head(leaves_of(1)).format()).cosignatures == ()


def test_a_quorum_may_be_one_witness() -> None:
    text = f"log {LOG.vkey}\nwitness n {NOTARY.vkey}\nquorum n\n"
    note = signed_head(leaves_of(1))
    with pytest.raises(Integrity):
        Policy.parse(text.encode()).judge(note.format())
    note = note.signed(sign(note.text, NOTARY, 7))
    (cosigned,) = Policy.parse(text.encode()).judge(note.format()).cosignatures
    assert cosigned.time == 7


def test_names_in_a_policy_are_bytes() -> None:
    text = b"witness K %b\nwitness \xe2\x84\xaa %b\nwitness \xff %b\nquorum \xff\n"
    keys = [str(w.vkey).encode() for w in (SELLER, BUYER, NOTARY)]
    assert len(Policy.parse(text % tuple(keys)).witnesses) == 3


W, X, Y = SELLER.vkey, BUYER.vkey, NOTARY.vkey


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "one quorum line"),
        ("# nothing\n", None, "one quorum line"),
        ("quorum none\nquorum none\n", 2, "quorum is there twice"),
        ("quorum nobody\n", 1, "'nobody' is not defined above"),
        (f"quorum w\nwitness w {W}\n", 1, "'w' is not defined above"),
        ("jury none\n", 1, "a line is a log, a witness, a group or the quorum"),
        ("log\n", 1, "a line is a log"),
        ("log nonsense\n", 1, "a key is name.id.base64"),
        (f"log {W}\n", 1, "key is of type 0x04; here it is 0x01"),
        (f"witness w {LOG.vkey}\n", 1, "key is of type 0x01; here it is 0x04"),
        (f"log {LOG.vkey}\nlog {LOG.vkey}\n", 2, "this log is there twice"),
        (f"witness w {W}\nwitness v {W}\n", 2, "this witness is there twice"),
        (f"witness w {W}\nwitness w {X}\n", 2, "'w' is already defined"),
        (f"witness none {W}\n", 1, "'none' is already defined"),
        (f"witness w {W}\ngroup w any w\n", 2, "'w' is already defined"),
        (f"witness w {W}\ngroup g any\n", 2, "a line is a log"),
        (f"witness w {W}\ngroup g any v\n", 2, "'v' is not defined above"),
        ("group g any none\n", 1, "'none' is not defined above"),
        ("group g any g\n", 1, "'g' is not defined above"),
        (f"witness w {W}\ngroup g any w w\n", 2, "'w' is already in a group"),
        (
            f"witness w {W}\ngroup g any w\ngroup h any w\n",
            3,
            "'w' is already in a group",
        ),
        (f"witness w {W}\ngroup g 0 w\n", 2, "a threshold is any, all, or 1 to 1"),
        (f"witness w {W}\ngroup g 2 w\n", 2, "a threshold is any, all, or 1 to 1"),
        (f"witness w {W}\ngroup g 01 w\n", 2, "a threshold is any, all, or 1 to 1"),
        ("\n\nquorum\vnone\n", 3, "no control characters"),
        ("quorum none\r\n", 1, "no control characters"),
        ("quorum\u00a0none\n", 1, "a line is a log"),
    ],
)
def test_what_is_no_policy_is_refused_by_its_line(
    text: str, line: int | None, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        Policy.parse(text.encode())
    assert caught.value.line == line


_WORDS = ["a ", "b ", "2 ", "#", "\t", "\n", f"{W}", f"{X}", f"{LOG.vkey}"]


@given(
    st.one_of(
        st.binary(max_size=120),
        st.lists(
            st.sampled_from(
                ["log ", "witness ", "group ", "quorum ", "none", "any ", *_WORDS]
            ),
            max_size=16,
        ).map(lambda words: "".join(words).encode()),
    )
)
def test_any_bytes_are_a_policy_or_are_refused(data: bytes) -> None:
    try:
        policy = Policy.parse(data)
    except InputError:
        return
    assert all(key.type is KeyType.ED25519 for key in policy.logs)


def test_a_policy_has_at_most_a_million_bytes() -> None:
    with pytest.raises(InputError, match="has 1000001 bytes"):
        Policy.parse(b" " * 1_000_001)


@given(st.binary(max_size=120))
def test_any_bytes_are_judged_or_refused(data: bytes) -> None:
    with pytest.raises((InputError, Integrity)):
        Policy((LOG.vkey,)).judge(data)


def test_every_flipped_bit_of_a_cosigned_checkpoint_is_found() -> None:
    note = signed_head(leaves_of(3))
    data = note.signed(sign(note.text, NOTARY, 1_700_000_000)).format()
    policy = Policy.parse(POLICY.encode())
    assert policy.judge(data).checkpoint.origin == ORIGIN
    for flip in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[flip // 8] ^= 1 << flip % 8
        with pytest.raises((InputError, Integrity)):
            policy.judge(bytes(damaged))
