# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--install of the MSI's client: optional components first, then a distribution from a manifest or a file.

Missing components mean a reboot: then no distribution is installed and the exit code is 0. Nothing resumes afterwards.
Source: microsoft/WSL, src/windows/common/WslClient.cpp (Install) and WslInstall.cpp.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import typing as t
from pathlib import Path

from lab.machine.process import NotModelled
from lab.windows.launch import launch
from lab.wsl import download, linux_command, manifest, register, windows_state
from lab.wsl.command_line import Invocation
from lab.wsl.errors import INSTALL, WslError
from lab.wsl.manifest import Legacy, Modern
from lab.wsl.options import Options, Spec, parse
from lab.wsl.registrations import Distribution
from lab.wsl.session import Session
from lab.wsl.sizes import size
from lab.wsl.transfer import STANDARD_STREAM, opened, wsl_version

SPEC = Spec(
    switches={
        "--enable-wsl1": "enable-wsl1",
        "--fixed-vhd": "fixed-vhd",
        "--legacy": "legacy",
        "--no-distribution": "no-distribution",
        "--no-launch": "no-launch",
        "-n": "no-launch",
        "--pre-release": "pre-release",
        "--prompt-before-exit": "prompt-before-exit",
        "--web-download": "web-download",
    },
    values={
        "--distribution": "distribution",
        "-d": "distribution",
        "--from-file": "from-file",
        "-f": "from-file",
        "--location": "location",
        "-l": "location",
        "--name": "name",
        "--version": "version",
        "--vhd-size": "vhd-size",
    },
    positionals=1,
)
MODERN_ONLY = ("name", "location", "vhd-size", "fixed-vhd")
DISM = "C:\\Windows\\System32\\dism.exe"
DISM_SUCCESS = (0, 3010)
INSTALL_STATUS = "InstallStatus"


def install(session: Session, rest: str) -> int:
    """``--install [NAME] [options]``."""
    options = parse(rest, SPEC)
    wanted = options.values.get("distribution", options.positionals[0] if options.positionals else None)
    _check_together(options, wanted)
    if session.laptop.faults.strike("install_hangs", session.process.command_line):
        session.process.killed.wait()
        return 1
    if "from-file" in options.values:
        return _from_file(session, options)
    if _enable_components(session, options):
        session.console.system("ERROR_SUCCESS_REBOOT_REQUIRED")
        return 0
    if "no-distribution" in options.switches:
        session.console.system("ERROR_SUCCESS")
        return 0
    return _from_manifest(session, options, wanted)


def _check_together(options: Options, wanted: str | None) -> None:
    def refuse(first: str, second: str) -> t.NoReturn:
        raise WslError("E_INVALIDARG", name="ArgumentsNotValidTogether", arguments=(first, second))

    no_distribution = "no-distribution" in options.switches
    if no_distribution and wanted is not None:
        refuse("--no-distribution", "--distribution")
    if "from-file" in options.values and wanted is not None:
        refuse("--from-file", "--distribution")
    if "from-file" in options.values and no_distribution:
        refuse("--no-distribution", "--from-file")
    if "fixed-vhd" in options.switches and "vhd-size" not in options.values:
        raise WslError("E_INVALIDARG", name="ArgumentNotValidWithout", arguments=("--fixed-vhd", "--vhd-size"))


# -- components ------------------------------------------------------------------------------------------------------


def _enable_components(session: Session, options: Options) -> bool:
    """Enable what is missing; True when a reboot is needed before anything else."""
    missing = windows_state.missing_components(session.laptop, "enable-wsl1" in options.switches)
    if not missing:
        return False
    if not session.user.admin:
        raise WslError("ERROR_ELEVATION_REQUIRED")
    enabled = _just_enabled(session)
    for component in missing:
        if component not in enabled:
            _enable(session, component)
            _note_enabled(session, component)
    return True


def _enable(session: Session, component: str) -> None:
    session.console.text("InstallingWindowsComponent", component)
    line = f"{DISM} /Online /NoRestart /enable-feature /featurename:{component}"
    code = launch(session.process, DISM, line)
    if code not in DISM_SUCCESS:
        name, arguments = "OptionalComponentInstallFailed", (component, str(code))
        raise WslError("WSL_E_INSTALL_COMPONENT_FAILED", "Wsl", name, arguments)


def _status_key(session: Session) -> str:
    """A volatile key: Windows forgets it at the next boot, lab/windows/boot.py too."""
    return f"{session.distributions.key}\\{INSTALL_STATUS}"


def _just_enabled(session: Session) -> list[str]:
    value = session.laptop.registry.get(_status_key(session), "")
    return [] if value is None else str(value.data).split(",")


def _note_enabled(session: Session, component: str) -> None:
    noted = [*_just_enabled(session), component]
    session.laptop.registry.set(_status_key(session), "", "REG_SZ", ",".join(noted))


# -- distributions ---------------------------------------------------------------------------------------------------


def _from_file(session: Session, options: Options) -> int:
    """A .wsl or tar file, or standard input; no look at components."""
    source = options.values["from-file"]
    version = wsl_version(session, options.values.get("version"))
    with opened(session, source) as file:
        session.check_service()
        session.console.text("Installing", "<stdin>" if source == STANDARD_STREAM else source)
        item = _register(session, options, register.tar_source(session, file), options.values.get("name"), version)
    return _installed(session, options, item)


def _from_manifest(session: Session, options: Options, wanted: str | None) -> int:
    legacy = "legacy" in options.switches
    offered = manifest.load(session, INSTALL)
    if wanted is None:
        wanted = offered.default
        if wanted is None:
            raise WslError("E_UNEXPECTED", INSTALL, "NoInstallDefault")
    entry = offered.find(wanted, legacy)
    if entry is None:
        raise WslError("WSL_E_DISTRO_NOT_FOUND", INSTALL, "InvalidDistributionName", (wanted,))
    if isinstance(entry, Legacy):
        return _legacy(session, options, entry)
    return _modern(session, options, entry)


def _modern(session: Session, options: Options, entry: Modern) -> int:
    version = wsl_version(session, options.values.get("version"))
    session.check_service()
    name = options.values.get("name", entry.name)
    if session.distributions.find(name) is not None:
        raise WslError("ERROR_ALREADY_EXISTS", INSTALL)
    with _downloaded(session, entry) as file:
        session.console.text("Installing", entry.friendly_name)
        _check_digest(entry, file)
        item = _register(session, options, register.tar_source(session, file), name, version)
    return _installed(session, options, item)


@contextlib.contextmanager
def _downloaded(session: Session, entry: Modern) -> t.Iterator[Path]:
    """The distribution's file on this machine."""
    if download.is_file_url(entry.url):
        path = download.file_path(entry.url)
        if not session.laptop.drive.is_file(path):
            raise WslError("ERROR_FILE_NOT_FOUND", INSTALL)
        yield session.laptop.drive.host_path(path)
        return
    session.console.text("Downloading", entry.friendly_name)
    session.check_space(INSTALL)
    with tempfile.NamedTemporaryFile(prefix="wsl-download-") as file:
        for part in download.stream(session.laptop, entry.url, INSTALL):
            file.write(part)
        file.flush()
        yield Path(file.name)


def _check_digest(entry: Modern, file: Path) -> None:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while part := content.read(download.CHUNK):
            digest.update(part)
    if entry.sha256 and digest.hexdigest() != entry.sha256:
        context = f"{INSTALL}/VerifyChecksum"
        raise WslError("TRUST_E_BAD_DIGEST", context, "HashMismatch", (entry.written, f"0x{digest.hexdigest()}"))


def _register(
    session: Session, options: Options, source: register.Source, name: str | None, version: int
) -> Distribution:
    if "vhd-size" in options.values and size(options.values["vhd-size"]) is None:
        raise WslError("E_INVALIDARG", name="InvalidSize", arguments=(options.values["vhd-size"],))
    location = options.values.get("location")
    folder = None if location is None else session.path(location)
    return register.register(session, register.Request(source, name, folder, version, modern=True))


def _installed(session: Session, options: Options, item: Distribution) -> int:
    session.console.text("DistributionInstalled", item.name)
    if "no-launch" in options.switches:
        return 0
    session.console.text("LaunchingDistro", item.name)
    return linux_command.run(session, Invocation(directory="~"), item)


def _legacy(session: Session, options: Options, entry: Legacy) -> int:
    """An appx package: as far as its download, which is all that the lab has of it."""
    for name in MODERN_ONLY:
        if name in options.values or name in options.switches:
            raise WslError(name="NotSupportedOnLegacyDistros", arguments=(f"--{name}",))
    if "version" in options.values:
        raise WslError(name="LegacyDistributionVersionArgNotSupported")
    session.console.warn("UsingLegacyDistribution")
    if "web-download" not in options.switches:
        raise NotModelled("installing a legacy distribution from the Microsoft Store")
    session.console.text("Downloading", entry.friendly_name)
    download.fetch(session.laptop, entry.url, INSTALL)
    raise NotModelled("installing an appx package")
