from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.errors import InputError, Integrity
from ledger.log import ed25519
from ledger.log.encoding import decode_base64, decode_number, encode_base64
from ledger.log.keys import sign
from ledger.log.note import KeyType, Note, Signature, VerifierKey, parse_signatures
from tests.log_parts import LOG, ORIGIN, signer_of, witness_of

# The two published notes whose verifier keys are published beside them.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""  # noqa: E501 # a signature is one line
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""  # noqa: E501 # a signature is one line
TEXT = "example.com/deals\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"


@pytest.mark.parametrize(("vkey", "note"), [(SPEC_KEY, SPEC_NOTE), (GO_KEY, GO_NOTE)])
def test_published_notes_verify_under_their_published_keys(
    vkey: str, note: str
) -> None:
    key = VerifierKey.parse(vkey)
    assert str(key) == vkey
    opened = Note.parse(note.encode())
    assert opened.format() == note.encode()
    (verified,) = opened.verified([key])
    assert verified == (key, None)


def test_the_last_empty_line_splits_a_note() -> None:
    note = Note.parse("one\n\ntwo\n\n— a AAAAAAA=\n".encode())
    assert note.text == "one\n\ntwo\n"
    assert note.signatures == (Signature("a", bytes(4), bytes(1)),)


def test_what_a_signer_signs_its_key_verifies() -> None:
    note = Note(TEXT, ()).signed(sign(TEXT, LOG))
    assert Note.parse(note.format()).verified([LOG.vkey])[0].key == LOG.vkey


def test_a_cosignature_covers_its_time() -> None:
    witness = witness_of("witness.example/w1")
    signature = sign(TEXT, witness, time=1679315147)
    note = Note(TEXT, (signature,))
    assert note.verified([witness.vkey]) == ((witness.vkey, 1679315147),)
    later = signature.data[:7] + b"\xff" + signature.data[8:]
    moved = Note(TEXT, (signature._replace(data=later),))
    with pytest.raises(Integrity, match="is not a signature of this text"):
        moved.verified([witness.vkey])


def test_a_cosignature_is_over_the_two_header_lines_and_the_text() -> None:
    witness = witness_of("witness.example/w1")
    assert witness.vkey.message("origin\n", 1679315147) == (
        b"cosignature/v1\ntime 1679315147\norigin\n"
    )


def test_one_key_has_another_id_as_a_witness_than_as_a_log() -> None:
    as_log = LOG.vkey
    as_witness = VerifierKey(ORIGIN, KeyType.COSIGNATURE_V1, as_log.public)
    assert as_log.id != as_witness.id


def test_signatures_by_unknown_keys_are_kept_and_not_believed() -> None:
    stranger = signer_of("stranger.example")
    namesake = signer_of(ORIGIN, salt="another key")
    note = Note(TEXT, (sign(TEXT, stranger), sign(TEXT, namesake), sign(TEXT, LOG)))
    assert [v.key for v in note.verified([LOG.vkey])] == [LOG.vkey]
    assert len(Note.parse(note.format()).signatures) == 3


def test_one_wrong_signature_by_a_known_key_condemns_the_note() -> None:
    good, bad = sign(TEXT, LOG), sign("another text\n", LOG)
    for order in ((good, bad), (bad, good)):
        with pytest.raises(Integrity) as caught:
            Note(TEXT, order).verified([LOG.vkey])
        assert caught.value.facts["key"] == str(LOG.vkey)
        assert caught.value.facts["text"] == TEXT
        assert caught.value.facts["signature"] == str(bad).strip()


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    note = Note(TEXT, (sign(TEXT, signer_of("stranger.example")),))
    for known in ([], [LOG.vkey]):
        with pytest.raises(Integrity, match="no known key signed this note"):
            note.verified(known)


def test_two_known_keys_of_one_name_and_id_are_refused() -> None:
    class Colliding(VerifierKey):
        @property
        def id(self) -> bytes:
            return LOG.vkey.id

    other = Colliding(ORIGIN, KeyType.ED25519, bytes([2]) * 32)
    with pytest.raises(InputError, match="two keys are called"):
        Note(TEXT, (sign(TEXT, LOG),)).verified([LOG.vkey, other])
    assert Note(TEXT, (sign(TEXT, LOG),)).verified([LOG.vkey, LOG.vkey])


def test_signatures_are_added_once() -> None:
    signature = sign(TEXT, LOG)
    note = Note(TEXT, (signature,)).signed(signature)
    assert note.signatures == (signature,)


def test_signature_lines_stand_alone_where_a_witness_returns_them() -> None:
    line = str(sign(TEXT, LOG))
    assert parse_signatures(line.encode()) == (sign(TEXT, LOG),)
    for wrong in (b"", b"\n", line[:-1].encode(), b"junk\n\n" + line.encode()):
        with pytest.raises(InputError):
            parse_signatures(wrong)


LINE = "— a AAAAAAA=\n"


@pytest.mark.parametrize(
    ("note", "line", "words"),
    [
        (b"", 0, "ends in an empty line"),
        (b"text\n", 1, "ends in an empty line"),
        (b"text\n\n", 2, "ends in an empty line"),
        (f"text\n{LINE}".encode(), 2, "ends in an empty line"),
        (f"text\n\n{LINE}"[:-1].encode(), 2, "ends in an empty line"),
        (f"text\n\n- a AAAAAAA=\n{LINE}".encode(), 3, "an em dash, a name and base64"),
        (f"text\n\n{LINE}— a\n".encode(), 4, "an em dash, a name and base64"),
        ("text\n\n—  AAAAAAA=\n".encode(), 3, "name of a key is not empty"),
        ("text\n\n— a+b AAAAAAA=\n".encode(), 3, "no space and no plus"),
        ("text\n\n— a\u2003b AAAAAAA=\n".encode(), 3, "no space and no plus"),
        ("text\n\n— a AAAAAAA\n".encode(), 3, "signature is not base64"),
        ("text\n\n— a AAAAAAB=\n".encode(), 3, "signature is not base64"),
        ("text\n\n— a AAAAAAA= \n".encode(), 3, "signature is not base64"),
        ("text\n\n— a AAAAAA==\n".encode(), 3, "signature is empty"),
        (b"a\nte\txt\n\n" + LINE.encode(), 2, "no control characters"),
        (b"text\r\n\r\n" + LINE.encode(), 1, "no control characters"),
        (b"a\nb\nte\xffxt\n\n" + LINE.encode(), 3, "a note is UTF-8"),
    ],
)
def test_what_is_no_note_is_refused_by_its_line(
    note: bytes, line: int, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        Note.parse(note)
    assert caught.value.line == line


def test_a_note_has_at_most_100_signatures_and_a_million_bytes() -> None:
    assert len(Note.parse(f"t\n\n{LINE * 100}".encode()).signatures) == 100
    with pytest.raises(InputError, match="there are 101 signatures here; 100 are"):
        Note.parse(f"t\n\n{LINE * 101}".encode())
    with pytest.raises(InputError, match="has 1000001 bytes; 1000000 are the most"):
        Note.parse(b"x" * 1_000_001)


@pytest.mark.parametrize(
    ("vkey", "words"),
    [
        ("", "name.id.base64"),
        ("example.com/foo+530d903a", "name.id.base64"),
        (SPEC_KEY.replace("530d903a", "530d903b"), "ID of this key is 530d903a"),
        (SPEC_KEY.replace("530d903a", "530D903A"), "ID of this key is 530d903a"),
        (SPEC_KEY.replace("foo", "bar"), "ID of this key is"),
        (SPEC_KEY + "A", "key is not base64"),
        (SPEC_KEY.replace("AekyeR", "BukyeR"), "keys of type 0x06 are not read here"),
        ("a+530d903a+AQ==", "has 32 bytes, not 0"),
        ("+530d903a+" + SPEC_KEY[25:], "name of a key is not empty"),
        ("a b+530d903a+" + SPEC_KEY[25:], "no space"),
        ("a\udc80+530d903a+" + SPEC_KEY[25:], "no space"),
    ],
)
def test_what_is_no_key_is_refused(vkey: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        VerifierKey.parse(vkey)


# --- keys that prove nothing ----------------------------------------------------------

P = 2**255 - 19
# The y coordinates of the eight points of small order, as libsodium lists them.
WEAK_Y = [
    0,
    1,
    P - 1,
    int("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16),
    int("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16),
]


def test_under_a_weak_key_anybody_signs_anything() -> None:
    """Why such keys are refused: R = identity and S = 0 passes for every message."""
    identity = (1).to_bytes(32, "little")
    assert ed25519.verifies(identity, identity + bytes(32), b"we never agreed to that")


@pytest.mark.parametrize("y", [*WEAK_Y, P, P + 1, P + 2, 2**255 - 1])
@pytest.mark.parametrize("sign_bit", [0, 1])
def test_weak_and_misspelled_keys_are_refused(y: int, sign_bit: int) -> None:
    public = (y | sign_bit << 255).to_bytes(32, "little")
    for kind in KeyType:
        with pytest.raises(InputError, match="anybody can forge signatures"):
            VerifierKey("example.com/log", kind, public)


@given(st.binary(min_size=32, max_size=32))
def test_drawn_keys_are_sound(seed: bytes) -> None:
    assert ed25519.is_sound(ed25519.public_of(seed))


# --- anything at all ------------------------------------------------------------------

texts = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(["text", "\n", "\n\n", "— ", "a", " ", "AAAAAAA=", "+", "\r"]),
        max_size=14,
    ).map(lambda parts: "".join(parts).encode()),
)


@given(texts)
@example(SPEC_NOTE.encode())
def test_any_bytes_are_a_note_that_formats_back_or_are_refused(data: bytes) -> None:
    try:
        note = Note.parse(data)
    except InputError:
        return
    assert note.format() == data
    with pytest.raises(Integrity):
        note.verified([signer_of("nobody.example").vkey])


def test_every_flipped_bit_of_a_signed_note_is_found() -> None:
    key = VerifierKey.parse(SPEC_KEY)
    for flip in range(len(SPEC_NOTE.encode()) * 8):
        damaged = bytearray(SPEC_NOTE.encode())
        damaged[flip // 8] ^= 1 << flip % 8
        with pytest.raises((InputError, Integrity)):
            Note.parse(bytes(damaged)).verified([key])


@given(
    st.one_of(st.text(max_size=80), st.from_regex(r"[a-z]+\+[0-9a-f]{8}\+A[A-Z]{3}"))
)
def test_any_text_is_a_key_that_prints_back_or_is_refused(text: str) -> None:
    with suppress(InputError):
        assert str(VerifierKey.parse(text)) == text


@given(st.binary(min_size=1, max_size=80))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = encode_base64(data)
    assert decode_base64(text, "it") == data
    for wrong in (text + "=", text[:-1], text + "\n", " " + text, text[:1] + "-"):
        with pytest.raises(InputError):
            decode_base64(wrong, "it")


@pytest.mark.parametrize("number", [0, 1, 70_000, (1 << 63) - 1])
def test_numbers_up_to_two_to_the_63_minus_one_are_read(number: int) -> None:
    assert decode_number(str(number), "size") == number


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "00", "01", " 1", "1_0", "1.0", "٣", "²", str(1 << 63)]
)
def test_a_number_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError, match="the size is not a number of leaves"):
        decode_number(text, "size")
    with pytest.raises(InputError):
        decode_number("9" * 10_000, "size")
