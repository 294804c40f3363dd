# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Write documents, reports and history to the controller's disk, completely or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, shape

DOCUMENTS = "documents"
HISTORY = "history.jsonl"
KEY = "names.json"
LARGEST_DOCUMENT = 4 << 20
"""Most bytes of a document; one with a hundred findings has 40 kB."""


class StoreError(Exception):
    """Something could not be written or read; one line with what, where, and what to do."""


def why(error: OSError) -> str:
    """The reason of ERROR from the system, as part of a sentence."""
    return (error.strerror or type(error).__name__).lower()


@contextlib.contextmanager
def _told(path: str, variable: str = "wslfleet_report") -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {why(error)}; free space or name another folder in {variable}"
        ) from error


def write(path: str, text: str, variable: str = "wslfleet_report") -> None:
    """Write TEXT to PATH, completely or not at all. Raises StoreError.

    :arg variable: the variable with the folder.
    """
    temporary = f"{path}.{secrets.token_hex(4)}.new"
    with _told(path, variable):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as stream:
                stream.write(text.encode("utf-8", "backslashreplace"))
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def write_document(folder: str, one: document.Document) -> None:
    """Write the document ONE to FOLDER, instead of that of the last run of the same playbook. Raises StoreError.

    If ONE does not cover everything, of a laptop that is off for example, the last one that does is kept too.
    """
    stem = os.path.join(folder, DOCUMENTS, f"{file_name(one['laptop'])}.{file_name(one['run']['playbook'])}")
    path, known = f"{stem}.json", f"{stem}.known.json"
    whole = document.tells_all(one)
    with _told(path):
        if not whole and document.tells_all(_at(path)):
            os.replace(path, known)
    write(path, json.dumps(one, ensure_ascii=False, indent=1) + "\n")
    with _told(known), contextlib.suppress(FileNotFoundError):
        if whole:
            os.unlink(known)


def _at(path: str) -> dict[str, t.Any]:
    """The object at PATH; empty if it cannot be used."""
    try:
        with open(path, "rb") as stream:
            return shape.parsed(stream.read(LARGEST_DOCUMENT))[0]
    except FileNotFoundError:
        return {}


def append_history(folder: str, lines: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    """Append LINES to the history in FOLDER, by one write; an incomplete last line is not continued."""
    path = os.path.join(folder, HISTORY)
    text = "".join(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n" for line in lines)
    with _told(path):
        os.makedirs(folder, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            size = os.fstat(descriptor).st_size
            cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            data = (("\n" if cut else "") + text).encode()
            while data:
                data = data[os.write(descriptor, data) :]
        finally:
            os.close(descriptor)


def prepare(folder: str, variable: str = "wslfleet_report") -> None:
    """Make FOLDER, the value of VARIABLE, and check before a run that it can be written. Raises StoreError."""
    path = os.path.join(folder, ".new")
    write(path, "", variable)
    os.unlink(path)


def check_names(folder: str, named: bool) -> None:
    """Check that all documents of FOLDER have names, or none, because one report shows them all. Raises StoreError."""
    without = os.path.exists(os.path.join(folder, KEY))
    used = without or os.path.isdir(os.path.join(folder, DOCUMENTS))
    if used and without is named:
        raise StoreError(
            f"{folder} has documents {'without' if without else 'with'} names of users and computers: name another"
            f" folder in wslfleet_report, or set wslfleet_report_names to {str(not without).lower()}"
        )


def key_of(folder: str) -> bytes:
    """The key for pseudonyms in FOLDER, made when first used; only its owner can read it. Raises StoreError."""
    path = os.path.join(folder, KEY)
    with _told(path):
        os.makedirs(folder, exist_ok=True)
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with contextlib.suppress(FileExistsError), os.fdopen(os.open(path, new, 0o600), "w") as stream:
            stream.write(secrets.token_hex(32))
        with open(path, encoding="ascii", errors="replace") as stream:
            return stream.read().strip().encode()


def file_name(name: str) -> str:
    """A file name for NAME: readable, never a path, and different for different names, even without case."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80]
    if plain == name and plain == plain.lower():
        return plain
    return f"{plain}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
