"""A model in a folder: LightGBM's text and a manifest in JSON. No pickle is written or read.

The manifest seals the text and itself by SHA-256: damage and careless edits are refused on loading. A seal
is no signature: whoever can write the folder can write a new seal. Signatures, where they are asked for, stand in `signing`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from pathlib import Path

from resellerrisk.errors import ModelError
from resellerrisk.jobs.folder import put_to_disk
from resellerrisk.model.signing import SIGNATURE, check_signature, sign

FORMAT = 1
TEXT, MANIFEST = "model.txt", "model.json"


def write_model(folder, text, manifest):
    """Write a model's text and manifest so that a reader sees all of it or nothing.

    Parameters
    ----------
    folder : path
        Must not exist, or be a model's folder, which is replaced.
    text : str
        LightGBM's model text.
    manifest : dict
        What JSON can hold.

    Raises
    ------
    ModelError
        The folder holds other things than a model, or the manifest holds what JSON cannot.
    """
    folder = Path(folder)
    if folder.exists() and {path.name for path in folder.iterdir()} - {TEXT, MANIFEST, SIGNATURE}:
        raise ModelError(f"{folder} holds other files than a model.", hint="Name a new folder for the model.")
    content = {**manifest, "format": FORMAT, "text_sha256": _hash(text)}
    try:
        sealed = _print({**content, "seal": _hash(_print(content))})
    except (TypeError, ValueError) as error:
        raise ModelError(f"The model's facts cannot be written as JSON: {error}.") from error
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = _name_beside(folder)
    beside.mkdir()
    try:
        _write(beside / TEXT, text)
        _write(beside / MANIFEST, sealed)
        signature = sign(sealed.encode())
        if signature is not None:
            _write(beside / SIGNATURE, signature.decode())
        _put_in_place(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def read_model(folder):
    """Read a model's text and manifest, both as they were written.

    Returns
    -------
    text : str
    manifest : dict

    Raises
    ------
    ModelError
        No model there, another format, a byte that was changed, or, where keys are trusted, none of them signed it.
    """
    folder = Path(folder)
    try:
        text, sealed = (folder / TEXT).read_bytes().decode(), (folder / MANIFEST).read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{folder} holds no model that can be read.", hint="resellerrisk train DATA"
        ) from error
    check_signature(folder, sealed.encode())
    manifest = _unseal(sealed, folder)
    if manifest["format"] != FORMAT:
        raise ModelError(f"{folder} has format {manifest['format']}.", f"This program reads format {FORMAT}.")
    if manifest["text_sha256"] != _hash(text):
        raise _changed(folder / TEXT)
    return text, manifest


def _unseal(sealed, folder):
    try:
        manifest = json.loads(sealed)
        seal = manifest.pop("seal")
        intact = seal == _hash(_print(manifest)) and sealed == _print({**manifest, "seal": seal})
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise _changed(folder / MANIFEST) from error
    if not intact:
        raise _changed(folder / MANIFEST)
    return manifest


def _changed(path):
    return ModelError(
        f"{path} is not as it was written.", hint="Restore the folder, or train the model again."
    )


def _print(content):
    return json.dumps(content, indent=1, sort_keys=True, allow_nan=False, default=_make_plain) + "\n"


def _make_plain(value):
    """A numpy number or array as Python's own; JSON knows no other."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is no text, number, list or dict")


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path, text):
    with open(path, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(beside, folder):
    """Rename; a folder that stands there already is first moved aside and then removed."""
    if not folder.exists():
        beside.rename(folder)
        put_to_disk(folder.parent)
        return
    aside = _name_beside(folder)
    folder.rename(aside)
    try:
        beside.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    put_to_disk(folder.parent)
    shutil.rmtree(aside, ignore_errors=True)


def _name_beside(folder):
    return folder.parent / f".{folder.name}.{uuid.uuid4().hex}"
