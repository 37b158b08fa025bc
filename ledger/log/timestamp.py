"""Have a time-stamping authority say when a head existed, and check what it said.

A checkpoint may be anchored in time by somebody who knows nothing of the log. The
authority is sent the SHA-256 of the checkpoint's text (its signatures are not in it, so
that they may still be added), and returns a signed token, which is kept beside the
checkpoint as it came::

    request(checkpoint)             -> checkpoint.tsq, to be posted to the authority
    accept(tsq, tsr, …, roots)      -> the time, when the answer is to this request
    verify(tsr, checkpoint, roots)  -> the time, at any later day, offline

A program that everybody has reads the same files::

    openssl ts -verify -in checkpoint.tsr -data checkpoint.txt -CAfile authority.pem

Which authorities are trusted is the verifier's decision: ``roots`` come from outside.
The certificates are judged as of the time in the token, because a token outlives them.
Signatures by revoked keys are not noticed: that needs a connection.

The distribution rfc3161-client does the work.

Source: RFC 3161, sections 2.4.1 and 2.4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from events.errors import InputError, Integrity, Refused
from ledger.log.checkpoint import Checkpoint

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampRequest, TimeStampResponse, VerifierBuilder

MAX_TOKEN_BYTES = 100_000


def request(checkpoint: Checkpoint) -> bytes:
    """Write the question to a time-stamping authority.

    Args:
        checkpoint: The head to be anchored.

    Returns:
        A DER ``TimeStampReq`` with a nonce that asks for the certificate.

    Raises:
        Refused: ``rfc3161-client`` is not installed.
    """
    _require()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 # at first use

    text = checkpoint.text().encode()
    builder = TimestampRequestBuilder().data(text)
    return builder.hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def accept(
    asked: bytes, answer: bytes, checkpoint: Checkpoint, roots: Sequence[bytes]
) -> datetime:
    """Check that a fresh answer is to the question that was asked.

    Args:
        asked: What ``request`` returned.
        answer: The DER ``TimeStampResp`` that came back.
        checkpoint: The head it is about.
        roots: The trusted certificates; see ``verify``.

    Returns:
        The time in the token, UTC. The answer may be kept.

    Raises:
        InputError: One of the two cannot be read.
        Integrity: The answer has another nonce, or ``verify`` refuses it.
        Refused: ``rfc3161-client`` is not installed.
    """
    _require()
    from rfc3161_client import VerifierBuilder  # noqa: PLC0415 # at first use

    builder = VerifierBuilder.from_request(_request(asked))
    return _verified(builder, answer, checkpoint, roots)


def verify(answer: bytes, checkpoint: Checkpoint, roots: Sequence[bytes]) -> datetime:
    """Check a kept answer against the head it is about.

    Args:
        answer: The DER ``TimeStampResp``, at most 100,000 bytes.
        checkpoint: The head.
        roots: The certificates of trusted authorities as PEM, one or more in each.

    Returns:
        The time at which the head existed, UTC.

    Raises:
        InputError: The answer or a certificate cannot be read.
        Integrity: The authority granted nothing, is not trusted, or signed something
            else.
        Refused: ``rfc3161-client`` is not installed.
    """
    _require()
    from rfc3161_client import VerifierBuilder  # noqa: PLC0415 # at first use

    return _verified(VerifierBuilder(), answer, checkpoint, roots)


def is_about(answer: bytes, checkpoint: Checkpoint) -> bool:
    """Tell whether an answer says that it is about a head; it is not verified.

    Raises:
        InputError: The answer cannot be read.
        Refused: ``rfc3161-client`` is not installed.
    """
    _require()
    response = _response(answer)
    try:
        stated = response.tst_info.message_imprint.message
    except ValueError:
        return False  # Nothing was granted.
    return stated == sha256(checkpoint.text().encode()).digest()


def _verified(
    builder: VerifierBuilder,
    answer: bytes,
    checkpoint: Checkpoint,
    roots: Sequence[bytes],
) -> datetime:
    from rfc3161_client import VerificationError  # noqa: PLC0415 # at first use

    response = _response(answer)
    trusted = [certificate for pem in roots for certificate in _certificates(pem)]
    if not trusted:
        raise InputError("no trusted certificate was given", field="roots")
    for certificate in dict.fromkeys(trusted):
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(response, checkpoint.text().encode())
        time = response.tst_info.gen_time
    except (VerificationError, ValueError) as wrong:
        raise Integrity(
            f"the time-stamp does not hold for {checkpoint.origin} at"
            f" {checkpoint.size} leaves: {wrong}",
            position=checkpoint.size,
        ) from wrong
    return time


def _response(answer: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 # at first use

    try:
        if len(answer) <= MAX_TOKEN_BYTES:
            return decode_timestamp_response(answer)
    except ValueError as wrong:
        raise InputError(
            f"this is not an answer of a time-stamping authority: {wrong}",
            field="time-stamp",
        ) from wrong
    raise InputError(
        f"this time-stamp has {len(answer)} bytes; {MAX_TOKEN_BYTES} are the most",
        field="time-stamp",
    )


def _request(asked: bytes) -> TimeStampRequest:
    # The library reads requests without offering it by a public name.
    from rfc3161_client._rust import parse_timestamp_request  # noqa: PLC0415 # at first use

    try:
        parsed: TimeStampRequest = parse_timestamp_request(asked)
    except ValueError as wrong:
        raise InputError(
            f"this is not a time-stamp request: {wrong}", field="time-stamp"
        ) from wrong
    return parsed


def _certificates(pem: bytes) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 # at first use

    try:
        return load_pem_x509_certificates(pem)
    except ValueError as wrong:
        raise InputError(
            f"this is not a certificate in PEM: {wrong}", field="roots"
        ) from wrong


def _require() -> None:
    try:
        import rfc3161_client  # noqa: F401, PLC0415 # at first use
    except ImportError as missing:
        raise Refused(
            "time-stamps need the distribution rfc3161-client, which is not installed",
            hint="pip install 'whereas[audit]'",
        ) from missing
