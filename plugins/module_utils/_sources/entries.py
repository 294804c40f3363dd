# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""apt source entries: read, changed and written.

sources.list(5): one-line and deb822 form. apt refuses to work at all if two enabled entries for the same address and
suite differ in ``Signed-By`` or ``Trusted``, or have different forms, so every entry for an address is checked.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses, deb822

NVIDIA_HOSTS = ("developer.download.nvidia.com", "developer.download.nvidia.cn")
MARK = "# Written by wslfleet.cuda"
_ONE_LINE = re.compile(r"^\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)")


@dataclass(frozen=True)
class Entry:
    """One address with one suite in one file. ``place``: line number or stanza number, from 0."""

    path: str
    place: int
    form: str
    """``list`` or ``deb822``."""
    uri: str
    suite: str
    options: t.Tuple[t.Tuple[str, str], ...]
    """Lower-case deb822 names (``signed-by``, ``trusted``) with their values, sorted."""
    enabled: bool

    @property
    def signed_by(self) -> str:
        """Path(s), fingerprint(s) or an embedded key; empty when not given."""
        return dict(self.options).get("signed-by", "")

    @property
    def address(self) -> str:
        """The same for two entries if apt regards them as the same source."""
        return normal_address(self.uri, self.suite)


def normal_address(uri: str, suite: str) -> str:
    """Host, path and suite without scheme, user, trailing slashes; lower-case host."""
    parts = addresses.split(uri)
    host = parts.netloc.rsplit("@", 1)[-1].lower()
    path = re.sub(r"/+", "/", parts.path).rstrip("/")
    scheme = parts.scheme.lower()
    # file: and copy: are the same for apt; http and https lead to the same repository.
    kind = "net" if scheme in ("http", "https") else "local" if scheme in ("file", "copy") else scheme
    return f"{kind}:{host}{path} {suite.rstrip('/') or '/'}"


def kind_of(uri: str) -> str:
    """``cuda``, ``machine-learning`` or ``local-installer`` for NVIDIA's addresses, else an empty string."""
    parts = addresses.split(uri)
    if parts.scheme in ("file", "copy"):
        return "local-installer" if re.match(r"^/+var/cuda-repo-", parts.path) else ""
    if "/compute/machine-learning/repos/" in parts.path + "/":
        return "machine-learning"
    if (parts.hostname or "") in NVIDIA_HOSTS and "/compute/cuda/repos/" in parts.path + "/":
        return "cuda"
    return ""


def parse(path: str, text: str) -> t.List[Entry]:
    """The entries of one file; the form follows the extension, as in apt. Comments and broken lines are ignored."""
    if path.endswith(".sources"):
        return [entry for number, stanza in enumerate(stanzas(text)) for entry in _deb822(path, number, stanza)]
    entries = [_one_line(path, number, line) for number, line in enumerate(text.splitlines())]
    return [entry for entry in entries if entry is not None]


def parse_all(texts: t.Mapping[str, str]) -> t.List[Entry]:
    """The entries of TEXTS (path -> text), in order."""
    return [entry for path, text in texts.items() for entry in parse(path, text)]


def _one_line(path: str, number: int, line: str) -> Entry | None:
    match = _ONE_LINE.match(line)
    if not match:
        return None
    options, uri, suite = match.groups()
    pairs = [part.split("=", 1) for part in (options or "").split() if "=" in part]
    return Entry(
        path,
        number,
        "list",
        uri,
        suite,
        # The one-line form separates values by commas, deb822 by blanks.
        tuple(sorted((name.rstrip("+-").lower(), value.replace(",", " ")) for name, value in pairs)),
        True,
    )


def stanzas(text: str) -> t.List[str]:
    """The stanzas of a deb822 text with their comments, without those that have no field."""
    return [part for part in re.split(r"\n[ \t]*\n", text) if fields(part)]


def fields(stanza: str) -> t.Dict[str, str]:
    """Lower-case field name -> value of one deb822 STANZA, each line of it without blanks around it."""
    found = deb822.fields(stanza)
    return {name.strip().lower(): re.sub(r"\s*\n\s*", "\n", value).rstrip() for name, value in found.items()}


def is_disabled(values: t.Mapping[str, str]) -> bool:
    """Whether the stanza with these fields is disabled."""
    return values.get("enabled", "yes").lower() in ("no", "false", "0", "off", "without", "disable")


def _deb822(path: str, number: int, stanza: str) -> t.Iterator[Entry]:
    values = fields(stanza)
    enabled = not is_disabled(values)
    known = ("types", "uris", "suites", "components", "enabled")
    options = tuple(sorted((name, value) for name, value in values.items() if name not in known and name[:2] != "x-"))
    for uri in values.get("uris", "").split():
        for suite in values.get("suites", "").split():
            yield Entry(path, number, "deb822", uri, suite, options, enabled)


def embedded_key(entry: Entry) -> bytes:
    """The armored key in the Signed-By field of ENTRY; empty if there is none."""
    if "-----BEGIN PGP" not in entry.signed_by:
        return b""
    # deb822 writes an empty line as a single dot.
    lines = ["" if line == "." else line for line in entry.signed_by.strip().split("\n")]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def with_key(text: str, place: int, armored: bytes) -> str:
    """The deb822 TEXT with ARMORED in the Signed-By field of its stanza number PLACE. The other lines stay."""
    return with_stanzas(text, {place}, lambda stanza: _replace_signed_by(stanza, armored))


def with_stanzas(text: str, places: t.Collection[int], change: t.Callable[[str], str]) -> str:
    """The deb822 TEXT with CHANGE applied to its stanzas number PLACES. Every other byte stays."""
    parts, number = [], 0
    for part in re.split(r"(\n[ \t]*\n)", text):
        if not fields(part):
            parts.append(part)
            continue
        parts.append(change(part) if number in places else part)
        number += 1
    return "".join(parts)


def _replace_signed_by(stanza: str, armored: bytes) -> str:
    key = armored.decode("ascii").rstrip("\n").split("\n")
    lines: t.List[str] = []
    inside = False
    for line in stanza.split("\n"):
        if line[:1] in (" ", "\t") and inside:
            continue
        inside = line.lower().startswith("signed-by:") or (inside and line.startswith("#"))
        if line.lower().startswith("signed-by:"):
            lines += [line[: len("signed-by:")], *(f" {item or '.'}" for item in key)]
        else:
            lines.append(line)
    return "\n".join(lines)


def render(uri: str, keyring: str, note: str = "") -> str:
    """The deb822 file of a flat repository at URI whose keys are in KEYRING (a path). NOTE: a comment line."""
    lines = [MARK, note, "Types: deb", f"URIs: {uri}", "Suites: /", f"Signed-By: {keyring}"]
    return "".join(f"{line}\n" for line in lines if line)
