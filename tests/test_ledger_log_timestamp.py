from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import InputError, Integrity
from ledger.log import timestamp
from ledger.log.checkpoint import Checkpoint

pytest.importorskip(
    "rfc3161_client", reason="no rfc3161-client: install whereas[audit]"
)

HEAD = Checkpoint("example.com/deals", 5, bytes(range(32)))
OTHER = Checkpoint("example.com/deals", 6, bytes(range(32)))
CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[leaf]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[req]
distinguished_name = name
[name]
"""


needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="no openssl on this machine"
)


def _openssl(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(
        [str(shutil.which("openssl")), *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a time-stamping authority that is made of openssl."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "config").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    for name in ("ca", "stranger"):
        new = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key"]
        subject = ["-subj", f"/CN={name}", "-days", "30", "-out", f"{name}.pem"]
        _openssl(folder, "req", "-x509", *new, *subject)
    new = ["-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key"]
    _openssl(folder, "req", "-new", *new, "-subj", "/CN=tsa", "-out", "tsa.csr")
    by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30"]
    leaf = ["-extfile", "config", "-extensions", "leaf"]
    _openssl(folder, "x509", "-req", "-in", "tsa.csr", *by, *leaf, "-out", "tsa.pem")
    return folder


def answer_to(authority: Path, question: bytes) -> bytes:
    (authority / "question").write_bytes(question)
    reply = ["ts", "-reply", "-config", "config", "-queryfile", "question"]
    _openssl(authority, *reply, "-out", "answer")
    return (authority / "answer").read_bytes()


@needs_openssl
def test_a_time_stamp_is_asked_for_accepted_and_verified_offline(
    authority: Path,
) -> None:
    roots = [(authority / "ca.pem").read_bytes()]
    question = timestamp.request(HEAD)
    answer = answer_to(authority, question)
    accepted = timestamp.accept(question, answer, HEAD, roots)
    assert timestamp.verify(answer, HEAD, roots) == accepted
    assert accepted.tzinfo is not None
    assert abs(datetime.now(UTC) - accepted) < timedelta(minutes=5)


@needs_openssl
def test_openssl_verifies_the_files_that_are_kept(authority: Path) -> None:
    answer_to(authority, timestamp.request(HEAD))
    (authority / "checkpoint").write_text(HEAD.text())
    verify = ["ts", "-verify", "-in", "answer", "-CAfile", "ca.pem"]
    assert b"OK" in _openssl(authority, *verify, "-data", "checkpoint")


@needs_openssl
def test_a_time_stamp_is_of_one_head_under_one_authority(authority: Path) -> None:
    roots = [(authority / "ca.pem").read_bytes()]
    question = timestamp.request(HEAD)
    answer = answer_to(authority, question)
    with pytest.raises(Integrity, match=r"does not hold for example\.com/deals at 6"):
        timestamp.verify(answer, OTHER, roots)
    with pytest.raises(Integrity, match="does not hold"):
        timestamp.verify(answer, HEAD, [(authority / "stranger.pem").read_bytes()])
    with pytest.raises(Integrity, match="Nonce mismatch"):
        timestamp.accept(timestamp.request(HEAD), answer, HEAD, roots)
    with pytest.raises(InputError, match="no trusted certificate was given"):
        timestamp.verify(answer, HEAD, [])
    with pytest.raises(InputError, match="is not a certificate in PEM"):
        timestamp.verify(answer, HEAD, [b"junk"])
    with pytest.raises(InputError, match="is not a time-stamp request"):
        timestamp.accept(b"junk", answer, HEAD, roots)
    with pytest.raises(InputError, match="has 100001 bytes"):
        timestamp.verify(bytes(100_001), HEAD, roots)


@needs_openssl
def test_an_authority_that_grants_nothing_is_refused(authority: Path) -> None:
    roots = [(authority / "ca.pem").read_bytes()]
    refusal = answer_to(authority, b"junk")
    with pytest.raises((InputError, Integrity)):
        timestamp.verify(refusal, HEAD, roots)


@needs_openssl
def test_a_flipped_bit_of_a_time_stamp_never_moves_its_time(authority: Path) -> None:
    """A few bytes, such as the tag of a status, may change and mean the same."""
    roots = [(authority / "ca.pem").read_bytes()]
    answer = answer_to(authority, timestamp.request(HEAD))
    time = timestamp.verify(answer, HEAD, roots)
    for at in range(0, len(answer), 3):
        damaged = bytearray(answer)
        damaged[at] ^= 1 << at % 8
        try:
            assert timestamp.verify(bytes(damaged), HEAD, roots) == time
        except (InputError, Integrity):
            continue


@needs_openssl
@given(data=st.binary(max_size=60))
def test_any_bytes_are_a_time_stamp_or_are_refused(
    authority: Path, data: bytes
) -> None:
    roots = [(authority / "ca.pem").read_bytes()]
    with pytest.raises((InputError, Integrity)):
        timestamp.verify(data, HEAD, roots)
