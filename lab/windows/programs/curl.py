# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``curl``: one download, with ``--fail``, ``--location``, ``--retry``, ``--continue-at -`` and a config file on stdin.

It knows nothing of the Windows proxy settings; without ``--fail`` an error page is a success, without ``--location`` a
redirect is an empty one.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

from lab.internet import client
from lab.internet.pace import Pace
from lab.machine.drive import BadName
from lab.machine.process import NotModelled, Process, program
from lab.windows import curl_options
from lab.windows.access import may_write
from lab.windows.curl_meter import Meter
from lab.windows.curl_options import BadOption, Request
from lab.windows.disk_space import DiskFull, require
from lab.windows.program_io import arguments_of, err, out, output_file, path_of

VERSION = (
    "curl 8.10.1 (Windows) libcurl/8.10.1 Schannel zlib/1.3.1 WinIDN",
    "Release-Date: 2024-09-18",
    "Protocols: dict file ftp ftps http https imap imaps ipfs ipns mqtt pop3 pop3s smb smbs smtp smtps telnet tftp",
    "Features: alt-svc AsynchDNS HSTS HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM SPNEGO SSL SSPI threadsafe"
    " Unicode UnixSockets",
)

UNSUPPORTED_PROTOCOL = 1
BAD_OPTION = 2
NOT_RESOLVED = 6
NOT_CONNECTED = 7
CUT_SHORT = 18
HTTP_ERROR = 22
WRITE_ERROR = 23
NO_RANGES = 33
TOO_MANY_REDIRECTS = 47
RECEIVE_ERROR = 56

_TRANSIENT_STATUS = (408, 429, 500, 502, 503, 504)
_DEFAULT_AGENT = "curl/8.10.1"


class _Failure(Exception):
    """One attempt failed; TRANSIENT ones are repeated under ``--retry``."""

    def __init__(self, code: int, text: str, transient: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.transient = transient


@program("curl")
def main(process: Process) -> int:
    """Download; the exit code is curl's."""
    words = arguments_of(process)
    if words in (["--version"], ["-V"]):
        for line in VERSION:
            out(process, line)
        return 0
    try:
        request = curl_options.parse(words, lambda name: _config(process, name))
    except BadOption as error:
        err(process, f"curl: {error}")
        err(process, "curl: try 'curl --help' for more information")
        return BAD_OPTION
    if not request.url:
        err(process, "curl: (2) no URL specified")
        return BAD_OPTION
    return _with_retries(process, request)


def _config(process: Process, name: str) -> str:
    if name == "-":
        return _text(process.stdin.read_all())
    path = path_of(process, name)
    if not process.laptop.drive.is_file(path):
        raise BadOption(f"cannot read config from '{name}'")
    return _text(process.laptop.drive.host_path(path).read_bytes())


def _text(config: bytes) -> str:
    try:
        return config.decode("utf-8")
    except UnicodeDecodeError:
        raise NotModelled("a configuration of curl that is not UTF-8") from None


def _with_retries(process: Process, request: Request) -> int:
    delay = request.retry_delay or 1.0
    for attempt in range(request.retry + 1):
        try:
            return _transfer(process, request)
        except _Failure as failure:
            last = attempt == request.retry or not (failure.transient or request.retry_all_errors)
            if last or process.killed.wait(delay):
                if not request.silent or request.show_error:
                    err(process, f"curl: ({failure.code}) {failure}")
                return failure.code
            if not request.silent:
                err(process, f"Warning: Problem: {failure}. Will retry in {delay:g} seconds.")
        delay = request.retry_delay or delay * 2
    raise AssertionError("the last attempt returns")


def _transfer(process: Process, request: Request) -> int:
    target = _target(process, request)
    done = target.stat().st_size if target and request.continue_at == "-" and target.exists() else 0
    response = _open(process, request, done)
    with response.body:
        if done and response.status == 416:
            return 0  # the file is there already
        if request.fail and response.status >= 400:
            text = f"The requested URL returned error: {response.status}"
            raise _Failure(HTTP_ERROR, text, response.status in _TRANSIENT_STATUS)
        if done and response.status != 206:
            raise _Failure(NO_RANGES, "HTTP server doesn't seem to support byte ranges. Cannot resume.")
        meter = _meter(process, response, done) if target and not request.silent else None
        size = _save(process, response, target, bool(done), meter)
    _write_out(process, request, response, size)
    return 0


def _target(process: Process, request: Request) -> Path | None:
    """The file to write; None for stdout."""
    if request.continue_at not in ("", "-"):
        raise NotModelled(f"curl --continue-at {request.continue_at}")
    if not request.output or request.output == "-":
        return None
    if request.create_dirs:
        _make_folder(process, path_of(process, request.output).rpartition("\\")[0])
    target = output_file(process, request.output)
    if target is None:
        raise _Failure(WRITE_ERROR, "Failure writing output to destination")
    return target


def _make_folder(process: Process, folder: str) -> None:
    drive = process.laptop.drive
    if drive.is_dir(folder[:2] + "\\") and may_write(process.user, folder, process.laptop):
        try:
            drive.host_path(folder).mkdir(parents=True, exist_ok=True)
        except (BadName, FileExistsError, NotADirectoryError):
            raise _Failure(WRITE_ERROR, "Failure writing output to destination") from None


def _open(process: Process, request: Request, done: int) -> client.Response:
    scheme = request.url.split("://", 1)[0].lower() if "://" in request.url else "http"
    allowed = {part.lstrip("=+").lower() for part in request.proto.split(",")} if request.proto else {"http", "https"}
    if scheme not in allowed:
        raise _Failure(UNSUPPORTED_PROTOCOL, f'Protocol "{scheme}" disabled')
    headers = {"User-Agent": _DEFAULT_AGENT, "Accept": "*/*", **request.headers}
    if request.user:
        headers["Authorization"] = "Basic " + base64.b64encode(request.user.encode()).decode()
    if done:
        headers["Range"] = f"bytes={done}-"
    url = request.url if "://" in request.url else f"http://{request.url}"
    try:
        return client.open_url(process.laptop, url, request.proxy or None, headers, follow=request.location)
    except client.Offline as error:
        raise _Failure(NOT_RESOLVED, f"Could not resolve host: {error.host}") from None
    except client.TooManyRedirects:
        raise _Failure(TOO_MANY_REDIRECTS, "Maximum (50) redirects followed") from None
    except ConnectionRefusedError:
        text = f"Failed to connect to {url.split('/')[2]}: Could not connect to server"
        raise _Failure(NOT_CONNECTED, text, transient=request.retry_connrefused) from None
    except OSError as error:
        raise _Failure(RECEIVE_ERROR, f"Recv failure: {error}") from None


def _meter(process: Process, response: client.Response, done: int) -> Meter:
    """Begin to show how far the transfer is."""
    if done:
        err(process, f"** Resuming transfer from byte position {done}")
    expected = response.headers.get("content-length")
    return Meter(process.stderr.write, None if expected is None else int(expected))


def _save(process: Process, response: client.Response, target: Path | None, append: bool, meter: Meter | None) -> int:
    """Copy the body; returns its size in bytes."""
    size = 0
    expected = response.headers.get("content-length")
    pace = Pace(process.laptop, response.url, int(expected or 0))
    sink = target.open("ab" if append else "wb") if target else None
    try:
        while block := response.body.read(pace.block):
            require(process.laptop, len(block))
            size += len(block)
            if sink:
                sink.write(block)
            else:
                process.stdout.write(block)
            if meter:
                meter.at(size)
            if process.killed.wait(pace.seconds(len(block))):
                break
    except DiskFull:
        raise _Failure(WRITE_ERROR, "Failure writing output to destination") from None
    except OSError as error:
        raise _Failure(RECEIVE_ERROR, f"Recv failure: {error}") from None
    finally:
        if meter:
            meter.end(size)
        if sink:
            sink.close()
    if expected is not None and size < int(expected):
        raise _Failure(CUT_SHORT, f"end of response with {int(expected) - size} bytes missing", transient=True)
    return size


def _write_out(process: Process, request: Request, response: client.Response, size: int) -> None:
    if not request.write_out:
        return
    values = {
        "http_code": f"{response.status:03}",
        "response_code": f"{response.status:03}",
        "size_download": str(size),
        "url_effective": response.url,
    }
    text = request.write_out.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")
    unknown = set(re.findall(r"%\{(\w+)\}", text)) - set(values)
    if unknown:
        raise NotModelled(f"curl --write-out %{{{unknown.pop()}}}")
    process.stdout.write(re.sub(r"%\{(\w+)\}", lambda match: values[match.group(1)], text).encode())
