# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``certutil -hashfile FILE ALGORITHM``; the digest stands alone on the second line. Transfers are not modelled."""

from __future__ import annotations

import hashlib

from lab.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, localised, out, path_of

_ALGORITHMS = {"MD5", "SHA1", "SHA256", "SHA384", "SHA512"}
ERROR_FILE_NOT_FOUND = 0x80070002


@program("certutil")
def main(process: Process) -> int:
    """Print the digest of a file."""
    words = arguments_of(process)
    if len(words) not in (2, 3) or words[0].lower() not in ("-hashfile", "/hashfile"):
        raise NotModelled(process.command_line)
    algorithm = words[2].upper() if len(words) == 3 else "SHA1"
    if algorithm not in _ALGORITHMS:
        raise NotModelled(f"certutil: algorithm {algorithm}")
    path = path_of(process, words[1])
    if not process.laptop.drive.is_file(path):
        failure = "0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)"
        out(process, localised(process, "certutil_failed", failure))
        out(process, f"CertUtil: {localised(process, 'file_not_found')}")
        return ERROR_FILE_NOT_FOUND
    digest = hashlib.new(algorithm.lower())
    with process.laptop.drive.host_path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    out(process, localised(process, "certutil_hash", algorithm, words[1]))
    out(process, digest.hexdigest())
    out(process, localised(process, "certutil_done"))
    return 0
