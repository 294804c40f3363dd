# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The proxy for apt, and for programs that read /etc/environment.

Everybody can read /etc/environment and apt's own configuration, so they only contain the address. User name and
password are in a file that only root can read, which apt_auth.conf(5) allows for proxies too (tested with apt 2.6 and
3.0): ``machine http://proxy:port login NAME password WORD``.
"""

from __future__ import annotations

import re
import typing as t
import urllib.parse
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._network import credentials as network_credentials
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

APT_CONFIGURATION = "/etc/apt/apt.conf"
APT_PARTS = "/etc/apt/apt.conf.d"
APT_PATH = f"{APT_PARTS}/95wslfleet-proxy"
AUTH_PATH = f"{network_credentials.PARTS}/wslfleet-proxy.conf"
ENVIRONMENT_PATH = "/etc/environment"
BEGIN = "# wslfleet.cuda proxy: begin"
END = "# wslfleet.cuda proxy: end"
ALWAYS_DIRECT = ("localhost", "127.0.0.1", "::1")

_BLOCK = re.compile(rf"(?ms)^{re.escape(BEGIN)}\n.*?^{re.escape(END)}\n?")
_SETTING = re.compile(r"(?im)^\s*Acquire::https?::Proxy(-Auto-Detect)?\s+\"")


@dataclass(frozen=True)
class Proxy:
    """A proxy as it should be configured."""

    url: str
    """``http://host:port``, without user name, password and slash."""
    credentials: network_credentials.Credentials | None = None
    direct: t.Tuple[str, ...] = ()
    """Hosts (``host``), domains (``.example.com``) and networks that need no proxy."""
    environment: bool = True
    """Whether it is written to /etc/environment too."""


def resolve(options: t.Mapping[str, t.Any]) -> Proxy | None:
    """The proxy of the module's OPTIONS; None where ``proxy`` is empty. Raises Failure."""
    url = str(options.get("proxy") or "")
    username, password = str(options.get("proxy_username") or ""), str(options.get("proxy_password") or "")
    if not url:
        if username or password:
            raise Failure("proxy_username and proxy_password need proxy")
        return None
    try:
        bare, credentials = network_credentials.taken_from(url, username, password)
    except network_credentials.CredentialsError as error:
        raise Failure(f"proxy: {error}") from error
    direct = tuple(str(item).strip() for item in options.get("no_proxy") or [])
    return Proxy(_checked(bare), credentials, _checked_direct(direct), bool(options.get("environment", True)))


def _checked(bare: str) -> str:
    """The address BARE, without a slash at its end. Raises Failure."""
    parts = urllib.parse.urlsplit(bare)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.path.lower().endswith((".pac", ".dat")):
        raise Failure("proxy is the address of a PAC script, which apt cannot read; name the proxy itself")
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or port is None
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or not re.fullmatch(r"[A-Za-z0-9._:/\[\]-]+", bare)
    ):
        raise Failure("proxy must read http://host:port or https://host:port")
    return bare.rstrip("/")


def _checked_direct(direct: t.Tuple[str, ...]) -> t.Tuple[str, ...]:
    for item in direct:
        if not re.fullmatch(r"[A-Za-z0-9._:/*\[\]-]+", item):
            raise Failure(f"no_proxy: {item!r} is neither a host, a domain (.example.com) nor a network")
    return direct


def is_host(item: str) -> bool:
    """Whether ITEM of no_proxy is a single host. apt's configuration cannot express more."""
    return not item.startswith((".", "*")) and "*" not in item and "/" not in item


def apt_text(proxy: Proxy) -> str:
    """The content of apt's file."""
    # The colons of an IPv6 address would separate parts of the name of a setting.
    hosts = [host for host in dict.fromkeys((*ALWAYS_DIRECT, *proxy.direct)) if is_host(host) and ":" not in host]
    lines = [network_credentials.MARK + ". The password, if any, is in auth.conf.d, for root only."]
    for scheme in ("http", "https"):
        lines.append(f'Acquire::{scheme}::Proxy "{proxy.url}";')
        lines += [f'Acquire::{scheme}::Proxy::{host} "DIRECT";' for host in hosts]
    return "\n".join(lines) + "\n"


def environment_text(before: str, proxy: Proxy | None) -> str:
    """BEFORE with our lines for PROXY at its end, or without them if it is None. All other lines stay."""
    text = _BLOCK.sub("", before)
    if proxy is None or not proxy.environment:
        return text
    direct = ",".join(dict.fromkeys((*ALWAYS_DIRECT, *proxy.direct)))
    values = {"http_proxy": proxy.url, "https_proxy": proxy.url, "no_proxy": direct}
    lines = [f'{name}="{value}"' for key, value in values.items() for name in (key, key.upper())]
    gap = "" if not text or text.endswith("\n") else "\n"
    return text + gap + "\n".join([BEGIN, *lines, END, ""])


def plan(system: System, proxy: Proxy | None, when: str) -> t.List[system_changes.FileChange]:
    """The changes that configure PROXY, or remove what we wrote. WHEN names the backup."""
    credentials, url = (proxy.credentials, proxy.url) if proxy else (None, "")
    return [
        *network_credentials.change(system, credentials, url, AUTH_PATH),
        *system_changes.change_to(system, APT_PATH, apt_text(proxy) if proxy else None),
        *_environment_change(system, proxy, when),
    ]


def _environment_change(system: System, proxy: Proxy | None, when: str) -> t.List[system_changes.FileChange]:
    before = system.read_text(ENVIRONMENT_PATH)
    after = environment_text(before or "", proxy)
    if after == (before or ""):
        return []
    backup = "" if before is None else f"{backups.BACKUP_ROOT}/{when}{ENVIRONMENT_PATH}"
    return [system_changes.rewritten(ENVIRONMENT_PATH, before, after, backup=backup)]


def overruling(system: System) -> t.List[str]:
    """Other files that apt reads after ours and that set a proxy, or a program that detects one."""
    found = [f"{APT_PARTS}/{name}" for name in system.names(APT_PARTS) if "~" not in name]
    paths = [path for path in found if path > APT_PATH]
    return [path for path in [*paths, APT_CONFIGURATION] if _SETTING.search(system.read_text(path) or "")]


def password_of(system: System, url: str) -> network_credentials.Credentials | None:
    """The credentials that we wrote for the proxy at URL; None when there are none."""
    for line in (system.read_text(AUTH_PATH) or "").splitlines():
        words = line.split()
        if words[:1] == ["machine"] and len(words) == 6 and words[1] == url.rstrip("/"):
            return network_credentials.Credentials(words[3], words[5])
    return None
