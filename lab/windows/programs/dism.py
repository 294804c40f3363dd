# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``dism [/English] /Online /NoRestart /Enable-Feature /FeatureName:NAME [/All]`` and ``/Get-FeatureInfo``.

Enabling takes effect at the next boot: the feature is EnablePending and CBS\\RebootPending exists until then. The
service TrustedInstaller does the work and goes on when dism.exe is ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.machine.machine import Machine
from lab.machine.process import NotModelled, Process, program
from lab.windows import languages, service_work
from lab.windows.program_io import arguments_of, out
from lab.windows.version import windows_version

CBS_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
FEATURES_KEY = f"{CBS_KEY}\\Notifications\\OptionalFeatures"
CBS_LOG = "C:\\Windows\\Logs\\CBS\\CBS.log"
NO_SOURCE = "0x800f081f"
REBOOT_REQUIRED = 3010
ELEVATION_REQUIRED = 740
UNKNOWN_FEATURE = 0x800F080C
INVALID_COMMAND_LINE = 87

_STATES = {"Disabled": "Disabled", "EnablePending": "Enable Pending", "Enabled": "Enabled"}


@dataclass
class _Request:
    language: str
    action: str
    feature: str


@program("dism")
def main(process: Process) -> int:
    """Enable or show one feature of the running Windows."""
    request = _request(process)
    _header(process, request)
    if not process.user.admin:
        _say(process, request, "dism_error", ELEVATION_REQUIRED)
        out(process)
        _say(process, request, "dism_elevation")
        return ELEVATION_REQUIRED
    _say(process, request, "dism_image", windows_version(process.laptop))
    out(process)
    known = {name.lower(): name for name in process.laptop.state.features}
    name = known.get(request.feature.lower())
    if name is None:
        _say(process, request, "dism_error", "0x800f080c")
        out(process)
        _say(process, request, "dism_unknown_feature", request.feature)
        return UNKNOWN_FEATURE
    return _enable(process, request, name) if request.action == "/enable-feature" else _show(process, request, name)


def _request(process: Process) -> _Request:
    words = arguments_of(process)
    plain = {word.lower() for word in words if ":" not in word}
    named = {key.lower(): value for key, colon, value in (word.partition(":") for word in words) if colon}
    actions = plain & {"/enable-feature", "/get-featureinfo"}
    allowed = actions | {"/english", "/online", "/norestart", "/quiet", "/all"}
    if len(actions) != 1 or plain - allowed or "/online" not in plain or set(named) != {"/featurename"}:
        raise NotModelled(process.command_line)
    action = actions.pop()
    if action == "/enable-feature" and "/norestart" not in plain:
        raise NotModelled("dism /Enable-Feature without /NoRestart, which asks for a restart")
    language = "en-US" if "/english" in plain else process.laptop.state.language
    return _Request(language, action, named["/featurename"])


def _say(process: Process, request: _Request, key: str, x: object = "") -> None:
    out(process, languages.text(request.language, key, x))


def _header(process: Process, request: _Request) -> None:
    out(process)
    _say(process, request, "dism_title")
    _say(process, request, "dism_version", windows_version(process.laptop))
    out(process)


def _enable(process: Process, request: _Request, name: str) -> int:
    _say(process, request, "dism_enabling")
    fault = process.laptop.faults.strike("servicing_fails", process.command_line)
    if fault is not None:
        return _fail(process, request, str(fault.get("error", NO_SOURCE)))
    code = service_work.work(process, "servicing_is_slow", lambda: _enable_feature(process.laptop, name))
    out(process, "[==========================100.0%==========================] ")
    _say(process, request, "success")
    return code


def _fail(process: Process, request: _Request, error: str) -> int:
    """CBS.log is English in every language; what dism.exe says beside the number is not modelled."""
    log = process.laptop.drive.host_path(CBS_LOG)
    with log.open("a", encoding="utf-8", newline="") as file:
        file.write("2026-03-02 10:22:01, Info                  CBS    Session: 31102_77 initialized by client DISM\r\n")
        file.write(
            f"2026-03-02 10:22:09, Error                 CBS    Failed to process changes [HRESULT = {error}]\r\n"
        )
    out(process)
    _say(process, request, "dism_error", error)
    out(process)
    return int(error, 0) & 0xFFFFFFFF


def _enable_feature(laptop: Machine, name: str) -> int:
    with laptop.lock:
        if laptop.state.features[name] == "Disabled":
            laptop.state.features[name] = "EnablePending"
            laptop.registry.set(f"{FEATURES_KEY}\\{name}", "Selection", "REG_DWORD", 1)
            laptop.save()
        pending = laptop.state.features[name] == "EnablePending"
    if pending:
        laptop.registry.create(f"{CBS_KEY}\\RebootPending")
    return REBOOT_REQUIRED if pending else 0


def _show(process: Process, request: _Request, name: str) -> int:
    if request.language != "en-US":
        raise NotModelled("dism /Get-FeatureInfo without /English")
    out(process, "Feature Information:")
    out(process)
    out(process, f"Feature Name : {name}")
    out(process, "Restart Required : Possible")
    out(process, f"State : {_STATES[process.laptop.state.features[name]]}")
    out(process)
    _say(process, request, "success")
    return 0
