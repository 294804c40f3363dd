# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Files: read up to a limit, replaced in one step."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import leftovers

SCRATCH = "/var/cache"
"""Where root's scratch folders are."""
MAXIMUM = 64 << 20
"""Most bytes of a file that is read as a whole. The biggest one that is expected is Debian's keyring (30 MB)."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class UnreadableFile(Failure, OSError):
    """Something with this name is not a file that is read. One line: which, why, and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text}: check it by hand")


def read_bytes(path: str, maximum: int = MAXIMUM) -> bytes | None:
    """The content of PATH; None when there is no such file (or it is a dangling link).

    Another user may have put it there: only a regular file is opened, because opening a pipe waits and opening a device
    may change something, and at most MAXIMUM bytes are read. Raises UnreadableFile.
    """
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        _check(path, os.fstat(handle), maximum)
        with open(f"/proc/self/fd/{handle}", "rb", buffering=0) as file:
            return _read(path, file, maximum)
    finally:
        os.close(handle)


def _check(path: str, status: os.stat_result, maximum: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile(f"{path} is {_KINDS.get(stat.S_IFMT(status.st_mode), 'something')}, not a file")
    if status.st_size > maximum:
        raise UnreadableFile(f"{path} has {status.st_size} bytes; no more than {maximum} are read")


def _read(path: str, file: t.BinaryIO, maximum: int) -> bytes:
    """Read FILE to its end: files in /proc have no size, and others may grow meanwhile."""
    parts: t.List[bytes] = []
    left = maximum + 1
    while left > 0:
        part = file.read(min(left, 1 << 18))
        if not part:
            return b"".join(parts)
        parts.append(part)
        left -= len(part)
    raise UnreadableFile(f"{path} has more than {maximum} bytes")


def head(path: str, size: int) -> bytes:
    """The first SIZE bytes of PATH, a file of our own."""
    with open(path, "rb") as file:
        return file.read(size)


def copy(path: str, target: str = "") -> str:
    """The SHA-256 (lower case) of the regular file PATH of any size, which is copied to the new file TARGET if named.

    What is written is what was hashed, even if PATH changes meanwhile. Raises UnreadableFile, OSError.
    """
    digest = hashlib.sha256()
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        _check(path, os.fstat(handle), sys.maxsize)
        with contextlib.ExitStack() as opened:
            source = opened.enter_context(open(f"/proc/self/fd/{handle}", "rb", buffering=0))
            written = opened.enter_context(open(target, "xb", buffering=0)) if target else None
            for part in iter(lambda: source.read(1 << 20), b""):
                digest.update(part)
                if written is not None:
                    written.write(part)
    finally:
        os.close(handle)
    return digest.hexdigest()


def read_text(path: str, maximum: int = MAXIMUM) -> str | None:
    """As read_bytes, decoded as UTF-8; bytes that are not UTF-8 survive a round trip through write_file."""
    data = read_bytes(path, maximum)
    return None if data is None else data.decode("utf-8", "surrogateescape")


def read_json(path: str) -> t.Dict[str, t.Any]:
    """The JSON object in a file of ours; empty if there is no file, or no object in it."""
    try:
        found = json.loads(read_text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_file(
    path: str, content: t.Union[str, bytes], mode: int = 0o644, owner: t.Tuple[int, int] | None = None
) -> None:
    """Replace PATH in one step, so that there is never half a file, even after a power cut.

    OWNER: user and group of the file; None: those of this process. If somebody else can change the folder, call this as
    that user (see ``as_user.py``).
    """
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    directory = os.path.dirname(path)
    if directory:
        os.makedirs(directory, 0o755, exist_ok=True)
        leftovers.sweep(directory)
    # If this process is killed here, apt ignores the file, because its name begins with a dot and has no extension.
    handle, temporary = tempfile.mkstemp(prefix=".wslfleet-", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            # On the open file: its name may lead to another one by now.
            if owner is not None:
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def scratch(parent: str | None = None) -> t.Iterator[str]:
    """An empty folder in PARENT, which is removed afterwards. Only its owner may enter.

    PARENT None: for root a folder that nobody else can write to, whatever TMPDIR says; for others the usual one.
    """
    if parent is None and os.geteuid() == 0 and os.path.isdir(SCRATCH):
        parent = SCRATCH
    if parent is not None:
        leftovers.sweep(parent)
    folder = tempfile.mkdtemp(prefix="wslfleet-", dir=parent)
    try:
        with leftovers.in_use(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_file(path: str) -> None:
    """Remove PATH; no error when it is gone already."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
