# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Why apt could not reach a source, in one line with the solution: DNS, the route, the proxy, TLS, a login page.

The cause is taken from apt's messages, which are English under LC_ALL=C (seen in apt 2.6 with GnuTLS and 3.0 with
OpenSSL). Only if there is one, apt's settings, resolv.conf and the issuer of a certificate are read.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._network import issuer as network_issuer
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import proxy as network_proxy
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

NO_DNS, UNKNOWN_NAME, NO_ROUTE, REFUSED, SILENT = "no_dns", "unknown_name", "no_route", "refused", "silent"
PROXY_LOGIN, PROXY_REFUSES, FORBIDDEN, GATEWAY = "proxy_login", "proxy_refuses", "forbidden", "gateway"
TLS_ISSUER, TLS_DATE, NO_AUTHORITIES, LOGIN_PAGE = "tls_issuer", "tls_date", "no_authorities", "login_page"

PAGE = "does the network require authentication"
"""What apt says about an index that is an HTML page."""

_SIGNS: t.Tuple[t.Tuple[str, str], ...] = (
    (PROXY_LOGIN, r"\b407\b"),
    (PROXY_REFUSES, r"Invalid response from proxy: HTTP/\S+ 403"),
    (GATEWAY, r"Invalid response from proxy: HTTP/\S+ 50[0-9]|\b50[234]  "),
    (FORBIDDEN, r"\b403  Forbidden"),
    (NO_DNS, r"Temporary failure resolving|System error resolving|Something wicked happened resolving"),
    (UNKNOWN_NAME, r"Could not resolve"),
    (NO_AUTHORITIES, r"No system certificates available"),
    (TLS_DATE, r"expired certificate|not yet valid certificate|not yet activated"),
    (TLS_ISSUER, r"issuer is unknown|certificate verify failed|Certificate verification failed"),
    (LOGIN_PAGE, PAGE),
    (REFUSED, r"Connection refused"),
    (NO_ROUTE, r"(?i)network is unreachable|no route to host|cannot initiate the connection"),
    (SILENT, r"(?i)connection timed out|could not connect to|unable to connect to|connection failed"),
)
"""Cause -> how apt reports it. The first that fits counts: an answer comes before a missing one."""


@dataclass(frozen=True)
class State:
    """The settings of the distribution."""

    proxy: str = ""
    """The proxy that apt uses for the address, without user name and password; empty for none."""
    password: bool = False
    """Whether we wrote a user name and password for it."""
    resolvers: t.Tuple[str, ...] = ()
    """The DNS servers of /etc/resolv.conf."""
    issuer: str = ""
    """Who signed the certificate that the server showed; empty when not seen."""


def kind(output: str) -> str:
    """The cause in apt's OUTPUT; empty if it was not the network."""
    return next((name for name, sign in _SIGNS if re.search(sign, output)), "")


def failed_address(output: str, url: str) -> str:
    """The address that apt could not fetch, which may be another one than URL."""
    match = re.search(r"(?m)^(?:E|W|Err|Error|Warning): (?:Failed to fetch|GPG error:) (\S+)", output)
    found = match.group(1) if match else ""
    return found if found.startswith(("http://", "https://")) else url


def explain(output: str, url: str, seen: State) -> str:
    """The cause and the remedy in one line; empty if apt's OUTPUT shows no problem of the network."""
    met = kind(output)
    if not met:
        return ""
    return _SENTENCES[met](_Names(output, url, seen))


def named(system: System, url: str, output: str) -> str:
    """As ``explain``, with the settings of the distribution, which are only read if there is a cause."""
    met = kind(output)
    if not met:
        return ""
    address = failed_address(output, url)
    return explain(output, address, observe(system, address, look_at_certificate=met == TLS_ISSUER))


# -- sentences -------------------------------------------------------------------------------------------------------


class _Names:
    """The words of a sentence."""

    def __init__(self, output: str, url: str, seen: State) -> None:
        self.host = addresses.split(url).hostname or url
        self.proxy = seen.proxy
        self.seen = seen
        resolving = re.search(r"resolv(?:e|ing) '([^':]+)", output)
        self.name = resolving.group(1) if resolving else self.host
        self.of_proxy = bool(seen.proxy) and self.name == addresses.split(seen.proxy).hostname
        self.place = f"the proxy {seen.proxy}" if seen.proxy else f"{self.host}"

    @property
    def way(self) -> str:
        """What to try if there is no connection."""
        if self.proxy:
            return (
                "check the address of the proxy (cuda_proxy) and whether the laptop is on the company's network or VPN"
            )
        return "connect the VPN, ask to open the firewall, or name the company's proxy (cuda_proxy)"


def _no_dns(words: _Names) -> str:
    servers = ", ".join(words.seen.resolvers)
    asked = f"DNS servers of /etc/resolv.conf: {servers}" if servers else "/etc/resolv.conf names no DNS server"
    return (
        f"no DNS inside the distribution: {words.name} could not be asked for ({asked}); set dnsTunneling=true below "
        "[wsl2] by wslfleet.cuda.wsl_config, connect the VPN, or name a proxy by its number (cuda_proxy)"
    )


def _unknown_name(words: _Names) -> str:
    if words.of_proxy:
        return f"DNS does not find the proxy {words.name}; check cuda_proxy, or connect the VPN"
    return (
        f"DNS does not find {words.name}; check the address, connect the VPN, or set the proxy if the internet is "
        "reached only through it (cuda_proxy)"
    )


def _proxy_login(words: _Names) -> str:
    said = "refuses the user name or the password" if words.seen.password else "wants a user name and a password"
    return f"{words.place} {said} (HTTP 407); check cuda_proxy_username and cuda_proxy_password"


def _tls_issuer(words: _Names) -> str:
    signer = f"{words.seen.issuer!r}" if words.seen.issuer else "somebody"
    return (
        f"TLS to {words.host} is not trusted: its certificate is signed by {signer}, which this distribution does not "
        "trust, for example behind a proxy that inspects TLS; take that authority from Windows by its thumbprint "
        "(cuda_windows_certificates)"
    )


_SENTENCES: t.Dict[str, t.Callable[[_Names], str]] = {
    NO_DNS: _no_dns,
    UNKNOWN_NAME: _unknown_name,
    PROXY_LOGIN: _proxy_login,
    TLS_ISSUER: _tls_issuer,
    PROXY_REFUSES: lambda words: (
        f"{words.place} refuses to let {words.host} through (HTTP 403); ask its administrators to allow that host"
    ),
    GATEWAY: lambda words: (
        f"{words.place} answers that it cannot reach {words.host} (HTTP 50x); try again, or ask its administrators"
    ),
    FORBIDDEN: lambda words: (
        f"HTTP 403: {words.host}{' or ' + words.place if words.proxy else ' or a filter on the way'} refuses; "
        "check the address, and ask to allow that host"
    ),
    TLS_DATE: lambda words: (
        f"the certificate of {words.host} is expired or not yet valid; check the clock of the laptop, then the server"
    ),
    NO_AUTHORITIES: lambda words: (
        "this distribution has no trusted authority: install ca-certificates (wslfleet.cuda.distribution_network "
        "does), or use an address with http"
    ),
    LOGIN_PAGE: lambda words: (
        f"something on the way answers for {words.host} with its own page, as a login page or a filter does; log in "
        "to that network, or ask to allow that host"
    ),
    REFUSED: lambda words: f"{words.place} refuses the connection; {words.way}",
    NO_ROUTE: lambda words: f"the name is known, but no route leads to {words.place}; {words.way}",
    SILENT: lambda words: f"the name is known, but {words.place} does not answer; {words.way}",
}


# -- looking ---------------------------------------------------------------------------------------------------------


def observe(system: System, url: str, look_at_certificate: bool = False) -> State:
    """The settings of the distribution for URL."""
    proxy = _bare(proxy_of(system.run(["apt-config", "dump"]).stdout, url))
    resolvers = re.findall(r"(?m)^nameserver\s+(\S+)", system.read_text("/etc/resolv.conf") or "")
    issuer = network_issuer.shown_issuer(system, url, proxy) if look_at_certificate else ""
    return State(proxy, network_proxy.password_of(system, proxy) is not None, tuple(resolvers), issuer)


def proxy_of(dump: str, url: str) -> str:
    """The proxy for URL in what ``apt-config dump`` prints; empty for none. A host's own setting comes first."""
    parts = addresses.split(url)
    settings = dict(re.findall(r'(?mi)^(Acquire::\S+) "(.*)";$', dump))
    folded = {name.lower(): value for name, value in settings.items()}
    schemes = [parts.scheme] if parts.scheme == "http" else [parts.scheme, "http"]
    for name in [f"::{parts.hostname}", ""]:
        for scheme in schemes:
            value = folded.get(f"acquire::{scheme}::proxy{name}", "")
            if value:
                return "" if value == "DIRECT" else value
    return ""


def _bare(proxy: str) -> str:
    """PROXY without user name, password and a slash at its end."""
    parts = addresses.split(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
