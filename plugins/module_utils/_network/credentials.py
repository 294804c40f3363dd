# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""User name and password of a mirror: in a file that only root reads, never in a source file, a URL or a message.

apt_auth.conf(5): ``machine [protocol://]host[:port][/path] login NAME password WORD``, words separated by blanks, no
quoting in any release. An entry without a protocol does not work for http, so the protocol is always written. apt opens
the files as root before it becomes its user ``_apt``, so mode 0600 is enough.
"""

from __future__ import annotations

import importlib
import os
import re
import typing as t
import urllib.parse
from dataclasses import dataclass, field, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

PARTS = "/etc/apt/auth.conf.d"
PATH = f"{PARTS}/wslfleet-cuda.conf"
MARK = "# Written by wslfleet.cuda"
_USER = re.compile(r"^(?P<scheme>[a-z][a-z0-9+.-]*://|(?=[^/@]*:))(?P<place>[^/]*|[^/:]*:(?!\d*/).*)@", re.I)
"""What is before the host: also a password with a slash, which should be written as %2F, but not a port; also in an
address without a scheme."""


class CredentialsError(Failure):
    """They cannot be written for apt. The message never contains them."""


@dataclass(frozen=True)
class Credentials:
    """Who may read the mirror."""

    username: str
    password: str = field(repr=False)


def hidden(module: t.Any, *names: str) -> t.Dict[str, t.Any]:
    """The options of MODULE as they were given. From now on it prints no password of the addresses in the options
    NAMES.

    Ansible prints every option with the result, and cannot hide a part of one. Call this before anything can fail.
    """
    given = dict(module.params)
    for name in names:
        match = _USER.match(given[name] or "")
        if match:
            module.params[name] = match.group("scheme") + given[name][match.end() :]
            word = match.group("place").partition(":")[2]
            _never_show(module, {word, urllib.parse.unquote(word)} - {""})
    return given


def _never_show(module: t.Any, words: t.Set[str]) -> None:
    """Make Ansible mask WORDS in everything that MODULE prints. From ansible-core 2.22 on the controller does that."""
    module.no_log_values.update(words)
    try:
        importlib.import_module("ansible.module_utils.secrets").register_secrets(words)
    except ImportError:
        return


def _parts(url: str) -> urllib.parse.SplitResult:
    """The parts of URL. Raises CredentialsError; what urllib says might hold a password."""
    try:
        parts = urllib.parse.urlsplit(url)
        _port = parts.port  # raises too
    except ValueError:
        raise CredentialsError("url is not an address; check its host name, its port and brackets") from None
    return parts


def taken_from(url: str, username: str, password: str) -> t.Tuple[str, Credentials | None]:
    """URL without user and password, and the credentials in it, or those given separately. Raises CredentialsError."""
    match = _USER.match(url)
    if match and "/" in match.group("place"):
        raise CredentialsError("the password in url contains a slash; write it as %2F")
    parts = _parts(url)
    place, at, host = parts.netloc.rpartition("@")
    if match and not (at and parts.scheme in ("http", "https")):
        raise CredentialsError("only an address with http:// or https:// may contain a user name and password")
    bare = urllib.parse.urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment)) if at else url
    if at and parts.scheme in ("http", "https"):
        if username or password:
            raise CredentialsError("url contains a user name, and username or password is set too; set only one")
        inside, _colon, word = place.partition(":")
        username, password = urllib.parse.unquote(inside), urllib.parse.unquote(word)
    if not username and not password:
        return bare, None
    if not username or not password:
        raise CredentialsError("username and password belong together; one of them is missing")
    for name, value in (("username", username), ("password", password)):
        if re.search(r"[\s\x00-\x1f\x7f]", value):
            raise CredentialsError(f"{name} contains a blank or a control character, which apt's auth.conf cannot hold")
    return bare, Credentials(username, password)


def text_for(credentials: Credentials, url: str) -> str:
    """The content of the file, with one entry for URL."""
    return f"{MARK}\nmachine {url.rstrip('/')} login {credentials.username} password {credentials.password}\n"


def change(system: System, credentials: Credentials | None, url: str, path: str = PATH) -> t.List[changes.FileChange]:
    """The change of the file PATH, if there is one. Its content is never shown."""
    if credentials is None and not (system.read_text(path) or "").startswith(MARK):
        return []
    wanted = text_for(credentials, url) if credentials else None
    return [
        replace(
            found,
            shown_before="" if found.before is None else "(credentials)\n",
            shown_after="" if found.after is None else f"(credentials for {url}, readable by root only)\n",
        )
        for found in changes.change_to(system, path, wanted, mode=0o600)
    ]


def for_trial(system: System, credentials: Credentials | None, url: str, folder: str, path: str = PATH) -> t.List[str]:
    """apt options under which CREDENTIALS hold for URL, without touching /etc. Writes into FOLDER.

    Other entries (for example of a proxy) are used too, but not the entry that we wrote to PATH before, which may have
    an old password.
    """
    if credentials is None:
        return []
    parts = f"{folder}/auth.conf.d"
    os.makedirs(parts, mode=0o700, exist_ok=True)
    files.write_file(f"{parts}/00-trial.conf", text_for(credentials, url), 0o600)
    for name in system.names(PARTS):
        data = system.read_bytes(f"{PARTS}/{name}")
        if data is not None and f"{PARTS}/{name}" != path:
            files.write_file(f"{parts}/{name}", data, 0o600)
    return ["-o", f"Dir::Etc::NetrcParts={parts}"]
