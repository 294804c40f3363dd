# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What can be read from a .deb without unpacking it: its control fields, and which files it contains.

deb(5): an archive of debian-binary, control.tar and data.tar. The control member is small, and the ``md5sums`` in it
names every file of the package except links and configuration files. The beginning of the data is only read if there is
no ``md5sums``, in memory, so that the number of bytes limits the time.

No process is started: dpkg-deb would need two for each package, and 2.5 ms instead of 0.2 ms.
"""

from __future__ import annotations

import ctypes
import lzma
import re
import typing as t
import zlib

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.deb822 import parse_stanzas

CONTROL_BYTES = 16 * 2**20
"""Most bytes of an unpacked control member that are read. The largest in Debian 12 (sagemath-doc) has 12 MB."""
DATA_BYTES = 64 * 2**20
"""Most bytes of an unpacked data member that are read: at most a second with xz, a tenth of that with zstd and gzip."""

_SUM = re.compile(r"(?m)^\w+ [ *](?:\./|/)?(.+)$")
_BLOCK = 512


class DebError(Exception):
    """The file cannot be read as a package. In a few words."""


class Deb(t.NamedTuple):
    """One package, as its file describes it."""

    fields: t.Mapping[str, str]
    files: t.Tuple[str, ...]
    """Absolute paths, as far as they are known without unpacking."""


def read(path: str, data: bool = True) -> Deb:
    """Read the .deb at PATH. Without DATA its data is not read, even if it has no md5sums.

    Raises DebError.
    """
    try:
        with open(path, "rb") as file:
            parts = {_bare(name): body for name, body in _entries(_member(file, "control.tar", CONTROL_BYTES))}
            stanzas = parse_stanzas(parts.get("control", b"").decode("utf-8", "surrogateescape"))
            if not stanzas or "Package" not in stanzas[0]:
                raise DebError("no control file")
            if "md5sums" in parts:
                sums = parts["md5sums"].decode("utf-8", "surrogateescape")
                return Deb(stanzas[0], tuple("/" + path for path in _SUM.findall(sums)))
            return Deb(stanzas[0], tuple(_looked_at(file)) if data else ())
    except (OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise DebError(str(error)) from error


def _looked_at(file: t.BinaryIO) -> t.List[str]:
    """The files at the beginning of the data, up to the place where it cannot be read."""
    found: t.List[str] = []
    try:
        for name, _body in _entries(_member(file, "data.tar", DATA_BYTES)):
            found.append(f"/{_bare(name)}")
    except (DebError, ValueError, zlib.error, lzma.LZMAError):
        pass
    return found


def _bare(path: str) -> str:
    """PATH as archives write it, without ``./`` or ``/`` before it."""
    return re.sub(r"^/*(\./+)?", "", path)


def _member(file: t.BinaryIO, wanted: str, limit: int) -> bytes:
    """The first LIMIT bytes of what the member whose name begins with WANTED unpacks to: ar(5)."""
    file.seek(0)
    if file.read(8) != b"!<arch>\n":
        raise DebError("no Debian package")
    while True:
        header = file.read(60)
        if len(header) != 60:
            raise DebError(f"no {wanted}")
        name, size = header[:16].decode("ascii", "replace").rstrip(" /"), _number(header[48:58], 10)
        if name.startswith(wanted):
            return _unpacked(file.read(min(size, limit)), name[len(wanted) :], limit)
        file.seek(size + size % 2, 1)


def _number(field: bytes, base: int) -> int:
    number = int(field.strip(b"\0 ") or b"0", base)
    if number < 0:
        raise DebError("damaged")
    return number


def _unpacked(data: bytes, ending: str, limit: int) -> bytes:
    if ending == "":
        return data
    if ending == ".gz":
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(data, limit)
    if ending == ".xz":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(data, limit)
    if ending == ".zst":
        return _zstd(data, limit)
    raise DebError(f"compressed as {ending}")


class _Buffer(ctypes.Structure):
    """ZSTD_inBuffer and ZSTD_outBuffer of zstd.h."""

    _fields_: t.ClassVar = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("place", ctypes.c_size_t)]


def _zstd(data: bytes, limit: int) -> bytes:
    """Uses the library that dpkg needs for such packages too: Python has none before 3.14."""
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_createDStream.restype = ctypes.c_void_p
    library.ZSTD_decompressStream.restype = ctypes.c_size_t
    library.ZSTD_decompressStream.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Buffer), ctypes.POINTER(_Buffer)]
    library.ZSTD_freeDStream.argtypes = [ctypes.c_void_p]
    library.ZSTD_isError.argtypes = [ctypes.c_size_t]
    stream = library.ZSTD_createDStream()
    source = _Buffer(ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), 0)
    room = ctypes.create_string_buffer(256 * 2**10)
    found: t.List[bytes] = []
    try:
        while len(found) * len(room) < limit:
            target = _Buffer(ctypes.cast(room, ctypes.c_void_p), len(room), 0)
            if library.ZSTD_isError(library.ZSTD_decompressStream(stream, ctypes.byref(target), ctypes.byref(source))):
                raise DebError("damaged zstd data")
            found.append(room.raw[: target.place])
            if source.place == source.size and target.place < target.size:
                break
    finally:
        library.ZSTD_freeDStream(stream)
    return b"".join(found)


def _entries(tar: bytes) -> t.Iterator[t.Tuple[str, bytes]]:
    """(name, content) of the regular files in TAR, which may be cut off: tar(5), with GNU's long names."""
    place, long_name = 0, ""
    while place + _BLOCK <= len(tar) and tar[place]:
        header = tar[place : place + _BLOCK]
        size = _number(header[124:136], 8)
        body = tar[place + _BLOCK : place + _BLOCK + size]
        kind = header[156:157]
        if kind in (b"0", b"\0"):
            yield long_name or _name(header), body
        long_name = _text(body) if kind == b"L" else ""
        place += _BLOCK + -(-size // _BLOCK) * _BLOCK


def _name(header: bytes) -> str:
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{_text(header[:100])}"


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
