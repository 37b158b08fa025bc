"""Sign with an Ed25519 key that a running ssh-agent holds.

An agent listens on a Unix socket. A message is its length in 4 bytes, one byte for its
type, and fields; a string field is its length in 4 bytes and its bytes. Two questions
are asked of it::

    11 (request identities)                    -> 12: count, then (key blob, comment)…
    13 (sign): key blob, message, flags 0      -> 14: string (format, 64 bytes)

A key blob is the strings ``ssh-ed25519`` and the 32 bytes of the public key. The agent
signs the message as it is, so that what it returns is a valid signature of a note.

Source: RFC 8709, sections 4 and 6; draft-ietf-sshm-ssh-agent, sections 3 to 5.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from events.errors import NotFound, Refused
from ledger.log import ed25519
from ledger.log.note import VerifierKey

_REQUEST_IDENTITIES, _IDENTITIES = 11, 12
_SIGN, _SIGNATURE = 13, 14
_FORMAT = b"ssh-ed25519"
# As much as OpenSSH's own agent takes or sends in one message.
_MAX_MESSAGE = 256 * 1024
# An agent may ask its owner to confirm a signature.
_PATIENCE_SECONDS = 120


class AgentKey(NamedTuple):
    """An Ed25519 key that an agent holds; the comment is what its owner calls it."""

    public: bytes
    comment: str


@dataclass(frozen=True, slots=True)
class AgentSigner:
    """A key in the agent that listens on ``socket_path``."""

    vkey: VerifierKey
    socket_path: Path

    def sign(self, message: bytes) -> bytes:
        """Have the agent sign a message.

        Raises:
            NotFound: The agent does not hold this key.
            Refused: No agent answers there, it declined, or it answered nonsense.
        """
        if self.vkey.public not in {key.public for key in agent_keys(self.socket_path)}:
            raise NotFound(
                f"the ssh-agent does not hold the key of {self.vkey.name}",
                hint="ssh-add -L lists the keys that it holds",
                key=str(self.vkey),
            )
        blob = _string(_FORMAT) + _string(self.vkey.public)
        request = _string(blob) + _string(message) + bytes(4)
        answer = _ask(self.socket_path, _SIGN, request, _SIGNATURE)
        signature = _Fields(_Fields(answer).string())
        if signature.string() != _FORMAT:
            raise _nonsense()
        return signature.string()


def agent_keys(socket_path: Path) -> list[AgentKey]:
    """List the Ed25519 keys that an agent holds.

    Args:
        socket_path: Where it listens; what a login session calls SSH_AUTH_SOCK.

    Returns:
        The keys in the agent's order; keys of other kinds are left out.

    Raises:
        Refused: No agent answers there, or it answered nonsense.
    """
    fields = _Fields(_ask(socket_path, _REQUEST_IDENTITIES, b"", _IDENTITIES))
    keys = []
    for _ in range(fields.number()):
        blob, comment = _Fields(fields.string()), fields.string()
        if blob.string() == _FORMAT:
            keys.append(AgentKey(blob.string(), comment.decode(errors="replace")))
    return [key for key in keys if len(key.public) == ed25519.PUBLIC_SIZE]


class _Fields:
    """Reads the fields of a message one after the other."""

    def __init__(self, data: bytes) -> None:
        self._rest = data

    def number(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def string(self) -> bytes:
        return self._take(self.number())

    def _take(self, count: int) -> bytes:
        if count > len(self._rest):
            raise _nonsense()
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


def _ask(socket_path: Path, kind: int, fields: bytes, expected: int) -> bytes:
    """Send one message and return the fields of the answer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            agent.settimeout(_PATIENCE_SECONDS)
            agent.connect(str(socket_path))
            agent.sendall(_string(bytes([kind]) + fields))
            size = int.from_bytes(_receive(agent, 4), "big")
            if not 0 < size <= _MAX_MESSAGE:
                raise _nonsense()
            answer = _receive(agent, size)
    except OSError as wrong:
        raise Refused(
            f"no ssh-agent answers at {socket_path}: {wrong}",
            hint="start one, or check SSH_AUTH_SOCK",
        ) from wrong
    if answer[0] != expected:
        raise Refused("the ssh-agent declined")
    return answer[1:]


def _receive(agent: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = agent.recv(count - len(data))
        if not more:
            raise _nonsense()
        data += more
    return data


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _nonsense() -> Refused:
    return Refused("the ssh-agent broke off, or its answer is not of the protocol")
