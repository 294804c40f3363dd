# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``certutil -hashfile FILE ALGORITHM``; the digest stands alone on the second line. Transfers are not modelled.

A failure's code is the exit code, ``0x8007`` with the number of Windows' error behind it; so it is for a share.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from lab.machine.drive import BadName, NoSuchDrive
from lab.machine.process import NotModelled, Process, program
from lab.windows import shares
from lab.windows.program_io import arguments_of, localised, out, path_of

_ALGORITHMS = {"MD5", "SHA1", "SHA256", "SHA384", "SHA512"}
_WIN32 = 0x80070000
ERROR_PATH_NOT_FOUND = 3
_ERRORS = {
    shares.ERROR_FILE_NOT_FOUND: ("ERROR_FILE_NOT_FOUND", "file_not_found"),
    ERROR_PATH_NOT_FOUND: ("ERROR_PATH_NOT_FOUND", "path_not_found"),
    shares.ERROR_ACCESS_DENIED: ("ERROR_ACCESS_DENIED", "access_denied"),
    shares.ERROR_BAD_NETPATH: ("ERROR_BAD_NETPATH", "network_path_not_found"),
    shares.ERROR_BAD_NET_NAME: ("ERROR_BAD_NET_NAME", "network_name_not_found"),
}
ERROR_FILE_NOT_FOUND = _WIN32 + shares.ERROR_FILE_NOT_FOUND


@program("certutil")
def main(process: Process) -> int:
    """Print the digest of a file."""
    words = arguments_of(process)
    if len(words) not in (2, 3) or words[0].lower() not in ("-hashfile", "/hashfile"):
        raise NotModelled(process.command_line)
    algorithm = words[2].upper() if len(words) == 3 else "SHA1"
    if algorithm not in _ALGORITHMS:
        raise NotModelled(f"certutil: algorithm {algorithm}")
    try:
        path = _file(process, words[1])
    except shares.NoShare as error:
        return _failed(process, error.number)
    except shares.Refused:
        return _failed(process, shares.ERROR_ACCESS_DENIED)
    except NoSuchDrive:
        return _failed(process, ERROR_PATH_NOT_FOUND)
    except BadName:
        raise NotModelled(f"{process.command_line} (a name that no file can have)") from None
    if not path.is_file():
        return _failed(process, shares.ERROR_FILE_NOT_FOUND if path.parent.is_dir() else ERROR_PATH_NOT_FOUND)
    digest = hashlib.new(algorithm.lower())
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    out(process, localised(process, "certutil_hash", algorithm, words[1]))
    out(process, digest.hexdigest())
    out(process, localised(process, "certutil_done"))
    return 0


def _file(process: Process, name: str) -> Path:
    """Where the file stands on this machine, existing or not; raises what shares raise."""
    if shares.is_share(name):
        return shares.host_path(process.laptop, name)
    return process.laptop.drive.host_path(path_of(process, name))


def _failed(process: Process, number: int) -> int:
    symbol, text = _ERRORS[number]
    out(process, localised(process, "certutil_failed", f"{_WIN32 + number:#010x} (WIN32: {number} {symbol})"))
    out(process, f"CertUtil: {localised(process, text)}")
    return _WIN32 + number
