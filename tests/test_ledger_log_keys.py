from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import InputError, Integrity, NotFound, Refused
from ledger.log import agent as agent_module
from ledger.log.agent import AgentSigner, agent_keys
from ledger.log.keyfile import FileSigner, from_file, generate, public_key
from ledger.log.keys import sign
from ledger.log.note import KeyType, Note, VerifierKey
from ledger.log.program import ProgramSigner
from tests.log_parts import LOG, ORIGIN, signer_of

TEXT = "example.com/deals\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n"
OPEN_SESAME = b"open sesame"


# --- any signer -----------------------------------------------------------------------


def test_what_a_signer_returns_is_checked_before_anybody_sees_it() -> None:
    class Broken:
        vkey = LOG.vkey

        def sign(self, message: bytes) -> bytes:
            return LOG.sign(message + b" and more")

    with pytest.raises(Integrity, match="is not a signature by that key"):
        sign(TEXT, Broken())


# --- a key in a file ------------------------------------------------------------------


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "log.key"
    generate(path, ORIGIN, lambda: OPEN_SESAME)
    return path


def test_a_generated_key_signs_under_its_name(key_file: Path) -> None:
    signer = FileSigner.open(key_file, lambda: OPEN_SESAME)
    assert signer.vkey.name == ORIGIN
    assert signer.vkey == public_key(key_file)
    note = Note(TEXT, (sign(TEXT, signer),))
    assert note.verified([public_key(key_file)])


def test_a_witness_key_is_of_its_own_type(tmp_path: Path) -> None:
    path = tmp_path / "witness.key"
    vkey = generate(path, "w.example", lambda: OPEN_SESAME, KeyType.COSIGNATURE_V1)
    assert vkey.type is KeyType.COSIGNATURE_V1
    assert public_key(path) == vkey


def test_a_key_file_is_for_its_owner_alone_and_holds_no_plain_secret(
    key_file: Path,
) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    signer = FileSigner.open(key_file, lambda: OPEN_SESAME)
    assert signer._seed not in key_file.read_bytes()
    assert signer._seed.hex() not in repr(signer)
    assert repr(signer._seed) not in repr(signer)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
def test_a_key_that_others_can_reach_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    try:
        with pytest.raises(Refused, match=f"has mode {mode:04o}") as caught:
            FileSigner.open(key_file, lambda: OPEN_SESAME)
        assert caught.value.hint == f"chmod 600 {key_file}"
    finally:
        key_file.chmod(0o600)


def test_a_wrong_passphrase_does_not_open_a_key(key_file: Path) -> None:
    with pytest.raises(Refused, match="the passphrase does not open"):
        FileSigner.open(key_file, lambda: b"open barley")


def test_another_name_cannot_be_put_to_a_key(key_file: Path, tmp_path: Path) -> None:
    old = public_key(key_file)
    renamed = VerifierKey("example.com/other", old.type, old.public)
    forged = tmp_path / "forged.key"
    forged.write_text(key_file.read_text().replace(str(old), str(renamed)))
    forged.chmod(0o600)
    with pytest.raises(Refused, match="or the file was changed"):
        FileSigner.open(forged, lambda: OPEN_SESAME)


def test_a_key_is_never_written_over(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(Refused, match="is already there"):
        generate(key_file, ORIGIN, lambda: OPEN_SESAME)
    assert key_file.read_bytes() == before


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="an empty passphrase protects nothing"):
        generate(tmp_path / "log.key", ORIGIN, lambda: b"")
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_may_come_from_a_file_of_its_owner_s_alone(
    key_file: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_bytes(OPEN_SESAME + b"\n")
    secret.chmod(0o600)
    assert FileSigner.open(key_file, from_file(secret)).vkey == public_key(key_file)
    secret.chmod(0o644)
    with pytest.raises(Refused, match="others can reach this secret"):
        FileSigner.open(key_file, from_file(secret))
    with pytest.raises(InputError, match="cannot be read: No such file"):
        FileSigner.open(key_file, from_file(tmp_path / "absent"))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda lines: ["", *lines[1:]], "is not a whereas-key/1 file"),
        (lambda lines: lines[:3], "is not a whereas-key/1 file"),
        (lambda lines: [*lines, ""], "is not a whereas-key/1 file"),
        (lambda lines: [lines[0], "x", *lines[2:]], "a key is name.id.base64"),
        (
            lambda lines: [*lines[:2], lines[2].replace("17", "31"), *lines[3:]],
            "the scrypt line is missing",
        ),
        (lambda lines: [*lines[:2], lines[2] + "!", *lines[3:]], "salt is not base64"),
        (lambda lines: [*lines[:3], "!", lines[4]], "sealed key is not base64"),
    ],
)
def test_what_is_no_key_file_is_refused(
    key_file: Path,
    tmp_path: Path,
    damage: Callable[[list[str]], list[str]],
    words: str,
) -> None:
    path = tmp_path / "damaged.key"
    path.write_text("\n".join(damage(key_file.read_text().split("\n"))))
    path.chmod(0o600)
    with pytest.raises(InputError, match=words):
        FileSigner.open(path, lambda: OPEN_SESAME)


def test_a_large_file_is_not_read_as_a_key(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(10_000))
    path.chmod(0o600)
    with pytest.raises(InputError, match="has more than 4096 bytes"):
        public_key(path)


# --- a key in an ssh-agent ------------------------------------------------------------

needs_agent = pytest.mark.skipif(
    not all(map(shutil.which, ("ssh-agent", "ssh-add", "ssh-keygen"))),
    reason="no ssh-agent, ssh-add and ssh-keygen: install openssh-client",
)


@pytest.fixture(scope="module")
def agent_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real agent with an RSA key and an Ed25519 key, which dies with the tests."""
    folder = tmp_path_factory.mktemp("agent")
    path = folder / "socket"
    agent = subprocess.Popen(
        [str(shutil.which("ssh-agent")), "-D", "-a", str(path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 10
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        for kind in ("rsa", "ed25519"):
            _run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(folder / kind))
            environment = {**os.environ, "SSH_AUTH_SOCK": str(path)}
            _run("ssh-add", "-q", str(folder / kind), environment=environment)
        yield path
    finally:
        agent.terminate()
        agent.wait()


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, capture_output=True, env=environment)


@needs_agent
def test_a_key_in_an_agent_signs_notes_and_cosignatures(agent_socket: Path) -> None:
    (key,) = agent_keys(agent_socket)
    assert "@" in key.comment
    for kind in KeyType:
        signer = AgentSigner(VerifierKey(ORIGIN, kind, key.public), agent_socket)
        note = Note(TEXT, (sign(TEXT, signer, time=1_700_000_000),))
        assert note.verified([signer.vkey])


@needs_agent
def test_an_agent_without_the_key_is_told_from_one_that_declines(
    agent_socket: Path,
) -> None:
    with pytest.raises(NotFound, match="does not hold the key of"):
        AgentSigner(LOG.vkey, agent_socket).sign(b"message")


def test_no_agent_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no ssh-agent answers at"):
        agent_keys(tmp_path / "nobody")


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


BLOB = _string(_string(b"ssh-ed25519") + _string(LOG.vkey.public))
HELD = b"\x0c" + (1).to_bytes(4, "big") + BLOB + _string(b"comment")


@pytest.fixture
def canned_agent(tmp_path: Path) -> Iterator[Callable[[list[bytes]], Path]]:
    """An agent that gives the answers it was told to, whatever is asked."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = tmp_path / "socket"
    listener.bind(str(path))
    listener.listen()

    def serve(answers: list[bytes]) -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    threads = []

    def start(answers: list[bytes]) -> Path:
        threads.append(threading.Thread(target=serve, args=(answers,)))
        threads[-1].start()
        return path

    yield start
    for thread in threads:
        thread.join(timeout=10)
    listener.close()


def test_an_agent_that_declines_is_said_so(
    canned_agent: Callable[[list[bytes]], Path],
) -> None:
    path = canned_agent([_string(HELD), _string(b"\x05")])
    with pytest.raises(Refused, match="the ssh-agent declined"):
        AgentSigner(LOG.vkey, path).sign(b"message")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0\0",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        _string(b"\x0c")[:-1],
        _string(b"\x0c"),
        _string(b"\x0c\xff\xff\xff\xff"),
        _string(HELD[:-1]),
    ],
)
def test_an_agent_that_answers_nonsense_is_refused(
    canned_agent: Callable[[list[bytes]], Path], answer: bytes
) -> None:
    with pytest.raises(Refused, match="broke off, or its answer is not of the"):
        agent_keys(canned_agent([answer]))


def test_a_signature_of_another_format_is_refused(
    canned_agent: Callable[[list[bytes]], Path],
) -> None:
    signature = _string(_string(b"ssh-rsa") + _string(bytes(64)))
    path = canned_agent([_string(HELD), _string(b"\x0e" + signature)])
    with pytest.raises(Refused, match="its answer is not of the protocol"):
        AgentSigner(LOG.vkey, path).sign(b"message")


def test_a_forged_signature_from_an_agent_is_found(
    canned_agent: Callable[[list[bytes]], Path],
) -> None:
    signature = _string(_string(b"ssh-ed25519") + _string(bytes(64)))
    path = canned_agent([_string(HELD), _string(b"\x0e" + signature)])
    with pytest.raises(Integrity, match="is not a signature by that key"):
        sign(TEXT, AgentSigner(LOG.vkey, path))


@given(st.binary(max_size=80))
def test_any_answer_of_an_agent_is_keys_or_is_refused(answer: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agent_module, "_ask", lambda *_: answer)
        try:
            keys = agent_keys(Path("socket"))
        except Refused:
            return
    assert all(len(key.public) == 32 for key in keys)


# --- a key behind a program -----------------------------------------------------------

OPENSSL = """
import base64, subprocess, sys, tempfile
with tempfile.NamedTemporaryFile() as message:
    message.write(sys.stdin.buffer.read())
    message.flush()
    command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", sys.argv[1]]
    signature = subprocess.check_output([*command, "-in", message.name])
print(base64.b64encode(signature).decode())
"""


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")
def test_a_program_signs_with_a_key_that_only_it_reads(tmp_path: Path) -> None:
    pem, raw = tmp_path / "key.pem", tmp_path / "public.der"
    _run("openssl", "genpkey", "-algorithm", "ed25519", "-out", str(pem))
    public = ["openssl", "pkey", "-in", str(pem), "-pubout", "-outform", "DER"]
    _run(*public, "-out", str(raw))
    vkey = VerifierKey(ORIGIN, KeyType.ED25519, raw.read_bytes()[-32:])
    signer = ProgramSigner(vkey, [sys.executable, "-c", OPENSSL, str(pem)])
    assert Note(TEXT, (sign(TEXT, signer),)).verified([vkey])


def _program(code: str) -> ProgramSigner:
    return ProgramSigner(LOG.vkey, [sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('the card is out')", "failed with exit code 1"),
        ("print('no')", "did not write one line of base64"),
        ("print('é')", "did not write one line of base64"),
        ("print('AA==\\nAA==')", "did not write one line of base64"),
        ("", "did not write one line of base64"),
    ],
)
def test_a_program_that_does_not_sign_is_refused(code: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        _program(code).sign(b"message")
    if "the card" in code:
        assert caught.value.facts["stderr"] == "the card is out"


def test_a_program_that_signs_something_else_is_found() -> None:
    with pytest.raises(Integrity, match="is not a signature by that key"):
        sign(TEXT, _program("print('AAAA' * 21 + 'AA==')"))
    other = signer_of("other")
    assert other.vkey.public != LOG.vkey.public


def test_a_program_that_is_not_there_is_said_so() -> None:
    with pytest.raises(Refused, match="the signing program did not run"):
        ProgramSigner(LOG.vkey, ["/nowhere/sign"]).sign(b"message")
