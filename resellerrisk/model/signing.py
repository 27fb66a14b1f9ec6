"""Signatures of models: ed25519 over the sealed manifest, which seals the text. Keys come from the environment alone.

`RESELLERRISK_SIGNING_KEY` signs what is written; with `RESELLERRISK_TRUSTED_KEYS` (public keys, separated by commas) nothing loads that none of
them signed. Without either, nothing changes. `python -m resellerrisk.model.signing` prints a new pair.
"""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import Any

from resellerrisk.errors import ModelError

SIGNATURE = "model.sig"
SIGNING_VARIABLE, TRUSTED_VARIABLE = "RESELLERRISK_SIGNING_KEY", "RESELLERRISK_TRUSTED_KEYS"
_KEY_BYTES = 32


def sign(manifest: bytes) -> bytes | None:
    """The signature of a manifest by the key of the environment, as base64; None where there is no key.

    Raises
    ------
    ModelError
        The key is none, or the library is not installed.
    """
    told = os.environ.get(SIGNING_VARIABLE)
    if not told:
        return None
    key = _library().Ed25519PrivateKey.from_private_bytes(_read_key(told, SIGNING_VARIABLE))
    return base64.b64encode(key.sign(manifest)) + b"\n"


def check_signature(folder: Path, manifest: bytes) -> None:
    """Hold a model's signature against the keys that are trusted; nothing is asked where none is named.

    Raises
    ------
    ModelError
        None of the trusted keys signed this model.
    """
    told = os.environ.get(TRUSTED_VARIABLE)
    if not told:
        return
    from cryptography.exceptions import InvalidSignature

    keys = [_read_key(word, TRUSTED_VARIABLE) for word in told.split(",") if word.strip()]
    try:
        signature = base64.b64decode((folder / SIGNATURE).read_bytes(), validate=False)
    except (OSError, binascii.Error):
        signature = b""
    for key in keys:
        try:
            _library().Ed25519PublicKey.from_public_bytes(key).verify(signature, manifest)
            return
        except InvalidSignature:
            continue
    raise ModelError(
        f"{folder} is not signed by a key that is trusted.",
        f"{TRUSTED_VARIABLE} names {len(keys)} keys.",
        hint=f"train it again with {SIGNING_VARIABLE} set, or take {TRUSTED_VARIABLE} away",
    )


def new_keys() -> tuple[str, str]:
    """A new private and public key, as the environment takes them.

    Examples
    --------
    >>> private, public = new_keys()
    >>> len(base64.b64decode(private)), len(base64.b64decode(public))
    (32, 32)
    """
    key = _library().Ed25519PrivateKey.generate()
    pair = (key.private_bytes_raw(), key.public_key().public_bytes_raw())
    return base64.b64encode(pair[0]).decode(), base64.b64encode(pair[1]).decode()


def _read_key(text: str, variable: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise ModelError(
            f"{variable} holds no key.",
            f"A key is base64 of {_KEY_BYTES} bytes.",
            hint="python -m resellerrisk.model.signing prints a pair",
        )
    return key


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise ModelError(
            "Signing wants the library cryptography.", hint="pip install 'resellerrisk[sign]'"
        ) from None
    return ed25519


if __name__ == "__main__":
    made = new_keys()
    print(f"{SIGNING_VARIABLE}={made[0]}\n{TRUSTED_VARIABLE}={made[1]}")
