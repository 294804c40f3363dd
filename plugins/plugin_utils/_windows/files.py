# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Copy a file to a Windows host without PowerShell, check it there, and delete it.

curl.exe gets its options on stdin, so the command line contains no address, proxy, password or character that cmd.exe
would change. tar.exe unpacks its stdin and makes missing folders. A share can only be read if the logon reaches it: a
network logon cannot pass its credentials on to another server.

A file arrives under another name and is renamed when it is complete and its digest is right, so an incomplete one is
never used; a download with a digest is resumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import run_told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import archives, digests, shares, sources
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.curl_meter import CurlMeter
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.program_errors import CURL, known_error
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32

FOLDER = "C:\\Program Files\\wslfleet"
"""The folder for all files of the collection on a host: only administrators can make anything there."""
_SHA256 = re.compile(r"^[0-9a-f]{64}$", re.IGNORECASE | re.MULTILINE)


CANNOT_RESUME = 33
"""curl.exe: the server does not support ranges, or has another file now."""


@dataclass(frozen=True)
class Source:
    """Where a file comes from."""

    where: str
    """An address that the host fetches, a file on a share that it reads, or a path on the controller."""
    sha256: str | None = None
    proxy: str | None = None
    """The proxy for an address, as option of curl.exe, which ignores the proxy settings of Windows."""

    def __str__(self) -> str:
        return addresses.masked(self.where)


def curl_config(url: str, path: str, proxy: str | None = None, resume: bool = False) -> bytes:
    """The options on stdin with which curl.exe downloads URL to PATH.

    Revocation is checked if the network allows it: proxies that inspect TLS often block the lists. An https address is
    not redirected to another protocol; http is for files whose digest is known.

    :arg resume: continue at the end of PATH.
    """
    schemes = "https" if url.lower().startswith("https://") else "https,http"
    options = [
        f"url = {_quoted(url)}",
        f"output = {_quoted(path)}",
        "create-dirs",
        "fail",
        "location",
        *(f'{name} = "={schemes}"' for name in ("proto", "proto-redir")),
        "retry = 5",
        "ssl-revoke-best-effort",
        *([f"proxy = {_quoted(proxy)}"] if proxy else []),
        *(['continue-at = "-"'] if resume else []),
    ]
    return ("\n".join(options) + "\n").encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def download(
    runner: port.CommandRunner, url: str, path: str, timeout: float, proxy: str | None = None, resume: bool = False
) -> None:
    """Let the host download URL to PATH (folders are made); raises StepFailed.

    :arg resume: continue at the end of PATH; only if the digest is checked afterwards.
    """
    completed = _curl(runner, url, curl_config(url, path, proxy, resume), timeout)
    if resume and completed.exit_code == CANNOT_RESUME:
        remove(runner, path)
        completed = _curl(runner, url, curl_config(url, path, proxy), timeout)
    if completed.exit_code != 0:
        known = known_error(str(completed.exit_code), CURL)
        remedy = known.remedy if known else "give an address that the host can reach, or a file on the controller"
        raise StepFailed(
            f"the host could not fetch {addresses.masked(url)}: curl.exe ended with {completed.exit_code},"
            f" {addresses.masked(completed.last_line)}; {remedy}"
        )


def _curl(runner: port.CommandRunner, url: str, config: bytes, timeout: float) -> port.Completed:
    return run_told(runner, cmd_line(f"{SYSTEM32}\\curl.exe", ["--config", "-"]), config, timeout, CurlMeter(url))


def copy_there(runner: port.CommandRunner, source: str, path: str, timeout: float) -> None:
    """Let the host copy the file SOURCE to PATH; raises StepFailed with the reason."""
    completed = runner.run(cmd_line("copy", ["/y", "/b", source, path]), timeout=timeout)
    if completed.exit_code != 0:
        why = why_unreadable(runner, source) if shares.is_share(source) else None
        why = why or f"{completed.last_line}; check the free space on C:"
        raise StepFailed(f"the host could not copy {source} to {path}: {why}")


def why_unreadable(runner: port.CommandRunner, path: str) -> str | None:
    """Why the host cannot read the file PATH of a share, as half a sentence; None if it can. Two WinRS commands.

    The exit code of ``dir`` says nothing and its text is translated; that of certutil.exe is Windows' own number.
    """
    try:
        code = _certutil(runner, path).exit_code
    except port.CommandTimeout:
        return None  # it is being read
    if code == 0:
        return None
    listed = runner.run(cmd_line("dir", ["/b", shares.share_of(path)]), timeout=120)
    return shares.cause(path, code, listed.exit_code == 0)


def make_folder(runner: port.CommandRunner, folder: str) -> None:
    """Make FOLDER and its parents; an existing folder or a drive is no error."""
    if len(folder) > len("C:\\"):
        runner.run(cmd_line("md", [folder]), timeout=60)


def fetch(runner: port.CommandRunner, source: Source, path: str, timeout: float) -> None:
    """Copy SOURCE to PATH on the host, complete and with the right digest; nothing is sent if it is already there.

    :arg path: below C:, its folders are made.
    :raises StepFailed: it could not be copied, or has another digest. PATH has not changed then.
    """
    digest = source.sha256.lower() if source.sha256 else None
    if not sources.is_url(source.where) and not shares.is_share(source.where):
        digest = digests.checked_digest_here(Path(source.where), digest)
    if digest and sha256_there(runner, path) == digest:
        return
    part = f"{path}.{digest[:12]}.part" if digest else f"{path}.part"
    if sources.is_url(source.where):
        download(runner, source.where, part, timeout, source.proxy, resume=digest is not None)
    elif shares.is_share(source.where):
        make_folder(runner, part.rpartition("\\")[0])
        check_exists(runner, source.where)
        copy_there(runner, source.where, part, timeout)
    else:
        archives.upload(runner, Path(source.where), part, timeout)
    if digest:
        check_sha256(runner, part, digest)
    completed = runner.run(cmd_line("move", ["/y", part, path]), timeout=60)
    if completed.exit_code != 0:
        raise StepFailed(f"{part} could not be renamed to {path}: {completed.last_line}; is the file in use?")


def sha256_there(runner: port.CommandRunner, path: str) -> str | None:
    """SHA-256 of PATH on the host, lower case; None if there is no such file."""
    found = _SHA256.search(_certutil(runner, path).stdout.decode("utf-8", "replace").replace("\r", ""))
    return found.group(0).lower() if found else None


def _certutil(runner: port.CommandRunner, path: str) -> port.Completed:
    return runner.run(cmd_line(f"{SYSTEM32}\\certutil.exe", ["-hashfile", path, "SHA256"]), timeout=300)


def check_sha256(runner: port.CommandRunner, path: str, wanted: str, origin: str | None = None) -> None:
    """Compare the digest of PATH on the host with WANTED; if they differ, deletes the file and raises StepFailed.

    :arg origin: the file that PATH is a copy of, which is not deleted.
    """
    completed = _certutil(runner, path)
    found = _SHA256.search(completed.stdout.decode("utf-8", "replace").replace("\r", ""))
    if completed.exit_code != 0 or not found:
        why = why_unreadable(runner, path) if shares.is_share(path) else None
        raise StepFailed(why or f"the digest of {path} could not be read: certutil.exe said {completed.last_line}")
    if found.group(0).lower() != wanted.lower():
        remove(runner, path)
        raise StepFailed(
            f"{origin or path} has SHA-256 {found.group(0).lower()}, expected was {wanted.lower()};"
            f" {'it was left alone' if origin else 'it was deleted'}: check the source and the digest"
        )


def check_exists(runner: port.CommandRunner, path: str) -> None:
    """Raise StepFailed unless the host can see the file PATH; for a share with the usual cause."""
    completed = runner.run(cmd_line("dir", ["/b", "/a-d", path]), timeout=120)
    if completed.exit_code == 0:
        if _lists_a_folder(completed, path):
            raise StepFailed(f"{path} on the host is a folder: name a file")
        return
    if shares.is_share(path):
        raise StepFailed(why_unreadable(runner, path) or f"the host sees no file {path}: check the path")
    raise StepFailed(f"there is no file {path} on the host ({completed.last_line}); check the path")


def _lists_a_folder(completed: port.Completed, path: str) -> bool:
    """Whether ``dir /b`` of PATH printed other names than the file's own. False for a short name (``IMAGES~1``)."""
    name, listed = path.rpartition("\\")[2], completed.stdout.decode("utf-8", "replace").split("\r\n")[:-1]
    return (
        "~" not in name
        and "\ufffd" not in "".join(listed)
        and listed not in ([], [name])
        and (len(listed) > 1 or listed[0].casefold() != name.casefold())
    )


def links_line(path: str) -> str:
    """The line that succeeds if PATH, or something whose name begins like it, is a link or a junction.

    It searches the parent folder for the name, because ``dir`` of a junction itself lists the contents.
    """
    return cmd_line("dir", ["/b", "/al", f"{path}*"])


def remove(runner: port.CommandRunner, path: str) -> None:
    """Delete the file PATH, if it exists."""
    runner.run(cmd_line("del", ["/f", "/q", path]), timeout=60)
