# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--import, --import-in-place, --export: distributions from and to files, standard input and standard output."""

from __future__ import annotations

import contextlib
import io
import tempfile
import typing as t
from pathlib import Path

from lab.linux import disks as linux_disks
from lab.machine.drive import BadName
from lab.machine.process import NotModelled, Process
from lab.windows import shares
from lab.windows.access import may_read, may_write
from lab.wsl import disks, register
from lab.wsl.disks import attach
from lab.wsl.errors import REGISTER, SERVICE, UsageError, WslError, invalid_argument
from lab.wsl.options import Spec, parse
from lab.wsl.registrations import Distribution
from lab.wsl.session import Session

IMPORT = Spec(switches={"--vhd": "vhd"}, values={"--version": "version"}, positionals=3)
IMPORT_IN_PLACE = Spec(positionals=2)
EXPORT = Spec(switches={"--vhd": "vhd"}, values={"--format": "format"}, positionals=2)
FORMATS = ("tar", "tar.gz", "tar.xz", "vhd")

VHD_EXTENSIONS = (".vhd", ".vhdx")
FIRST_WITH_VHD = (2, 7, 0)
"""The first version that takes .vhd files too."""
STANDARD_STREAM = "-"
NULL_DEVICE = "nul"


# -- import ----------------------------------------------------------------------------------------------------------


def import_(session: Session, rest: str) -> int:
    """``--import NAME FOLDER FILE|- [--version 1|2] [--vhd]``."""
    options = parse(rest, IMPORT)
    if len(options.positionals) < IMPORT.positionals:
        raise invalid_argument()
    name, folder, source = options.positionals
    version = wsl_version(session, options.values.get("version"))
    vhd = "vhd" in options.switches
    if not vhd and source.lower().endswith(VHD_EXTENSIONS):
        raise WslError(name="PassVhdFlag")
    session.check_service()
    folder = session.path(folder)
    try:
        with made_folder(session, folder), opened(session, source) as file:
            request = register.Request(_import_source(session, source, file, vhd), name, folder, version)
            register.register(session, request)
    except BrokenPipeError:
        if session.process.killed in session.laptop.power_lost:
            register.leave_unfinished(session, name, folder)
        raise
    session.console.system("ERROR_SUCCESS")
    return 0


def _import_source(session: Session, source: str, file: Path, vhd: bool) -> register.Source:
    if not vhd:
        return register.tar_source(session, file)
    if not source.lower().endswith(vhd_extensions(session)):
        raise _wrong_extension(session)
    return register.vhd_source(session, session.path(source))


def import_in_place(session: Session, rest: str) -> int:
    """``--import-in-place NAME FILE.vhdx``: the file stays where it is."""
    options = parse(rest, IMPORT_IN_PLACE)
    if len(options.positionals) != IMPORT_IN_PLACE.positionals:
        raise UsageError
    name, path = options.positionals[0], session.path(options.positionals[1])
    session.check_service()
    if not path.lower().endswith(vhd_extensions(session)):
        raise _wrong_extension(session)
    request = register.Request(register.in_place_source(session, path), name, in_place=path)
    register.register(session, request)
    session.console.system("ERROR_SUCCESS")
    return 0


def wsl_version(session: Session, text: str | None) -> int:
    """The value of --version, else the user's default version."""
    if text is None:
        return session.distributions.default_version()
    if text not in ("1", "2"):
        raise WslError("ERROR_VERSION_PARSE_ERROR")
    return int(text)


def vhd_extensions(session: Session) -> tuple[str, ...]:
    """What the name of a virtual disk may end in."""
    return VHD_EXTENSIONS if session.version >= FIRST_WITH_VHD else (".vhdx",)


def _wrong_extension(session: Session) -> WslError:
    extensions = vhd_extensions(session)
    name = "RequiresFileExtension" if len(extensions) == 1 else "RequiresFileExtensions"
    return WslError("WSL_E_IMPORT_FAILED", REGISTER, name, extensions)


@contextlib.contextmanager
def made_folder(session: Session, folder: str) -> t.Iterator[None]:
    """FOLDER exists inside; only its last part is made, and it goes again on failure when it was made here."""
    path = session.laptop.drive.host_path(folder)
    existed = path.is_dir()
    if not may_write(session.user, folder, session.laptop):
        raise WslError("E_ACCESSDENIED")
    if not existed:
        if not path.parent.is_dir():
            raise WslError("ERROR_PATH_NOT_FOUND")
        path.mkdir()
    try:
        yield
    except BaseException:
        if not existed:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


@contextlib.contextmanager
def opened(session: Session, source: str) -> t.Iterator[Path]:
    """A path of this machine with the content of SOURCE: a Windows path, ``-`` for standard input, or NUL."""
    if source == STANDARD_STREAM or source.lower() == NULL_DEVICE:
        with tempfile.NamedTemporaryFile(prefix="wsl-import-") as file:
            if source == STANDARD_STREAM:
                _copy_stdin(session.process, file)
            file.flush()
            yield Path(file.name)
        return
    if shares.is_share(source):
        yield _file_of_share(session, source)
        return
    path = session.path(source)
    if not session.laptop.drive.is_file(path):
        raise WslError("ERROR_FILE_NOT_FOUND")
    if not may_read(session.user, path, session.laptop):
        raise WslError("E_ACCESSDENIED")
    yield session.laptop.drive.host_path(path)


def _file_of_share(session: Session, source: str) -> Path:
    if source.lower().endswith(VHD_EXTENSIONS):
        raise NotModelled("a virtual disk on a share")
    try:
        path = shares.host_path(session.laptop, source)
    except shares.NoShare as error:
        no_server = error.number == shares.ERROR_BAD_NETPATH
        raise WslError("ERROR_BAD_NETPATH" if no_server else "ERROR_BAD_NET_NAME") from None
    except shares.Refused:
        raise WslError("E_ACCESSDENIED") from None
    if not path.is_file():
        raise WslError("ERROR_FILE_NOT_FOUND")
    return path


def _copy_stdin(process: Process, target: t.IO[bytes]) -> None:
    """All of standard input; BrokenPipeError when the process is ended meanwhile, so that half a file never counts."""
    while part := process.stdin.read(disks.CHUNK):
        target.write(part)
    if process.killed.is_set():
        raise BrokenPipeError("wsl.exe was ended while it read standard input")


# -- export ----------------------------------------------------------------------------------------------------------


def export(session: Session, rest: str) -> int:
    """``--export NAME FILE|- [--vhd] [--format FORMAT]``.

    The file is truncated before the name is looked up and deleted on any failure, as the real one does.
    """
    options = parse(rest, EXPORT)
    if len(options.positionals) < EXPORT.positionals:
        raise invalid_argument()
    name, target = options.positionals
    kind = options.values.get("format", "vhd" if "vhd" in options.switches else "tar")
    if kind not in FORMATS or ("vhd" in options.switches and kind != "vhd"):
        raise UsageError
    session.check_service()
    if target == STANDARD_STREAM:
        _export_to_stdout(session, name, kind)
        return 0
    file = _truncated(session, session.path(target))
    try:
        _export(session, name, kind, file, target)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    session.console.system("ERROR_SUCCESS")
    return 0


def _truncated(session: Session, path: str) -> Path:
    """The target, empty (CREATE_ALWAYS)."""
    try:
        file = session.laptop.drive.host_path(path)
        file.write_bytes(b"")
    except BadName:
        raise
    except OSError:
        raise WslError("ERROR_PATH_NOT_FOUND") from None
    return file


def _export(session: Session, name: str, kind: str, file: Path, target: str) -> None:
    item = session.settled(name)
    if kind == "vhd":
        _check_vhd_target(item, target)
    disk = _stopped_disk(session, item)
    session.check_space(SERVICE)
    if kind != "vhd":
        with file.open("wb") as sink:
            disks.to_tar(session.laptop, disk, sink, kind)
        return
    disks.write_disk_file(session.laptop, session.path(target), linux_disks.copy_disk(session.laptop, disk))


def _check_vhd_target(item: Distribution, target: str) -> None:
    """The target must have the extension of the source disk."""
    if item.version == 1:
        raise WslError("WSL_E_WSL2_NEEDED", SERVICE, "Wsl2Needed")
    extension = "." + item.vhd_file_name.rsplit(".", 1)[-1].lower()
    if not target.lower().endswith(extension):
        raise WslError("WSL_E_EXPORT_FAILED", SERVICE, "RequiresFileExtension", (extension,))


def _export_to_stdout(session: Session, name: str, kind: str) -> None:
    """Raw bytes, and no closing line."""
    if kind == "vhd":
        raise UsageError
    disk = _stopped_disk(session, session.settled(name))
    disks.to_tar(session.laptop, disk, t.cast(t.BinaryIO, _Sink(session.process)), kind)


def _stopped_disk(session: Session, item: Distribution) -> str:
    """The disk of ITEM, whose instance is ended."""
    if item.version == 1:
        raise NotModelled("exporting a WSL 1 distribution")
    if item.vhd is None:
        raise WslError("E_UNEXPECTED", SERVICE)
    disk = attach(session.laptop, item.vhd, SERVICE)
    session.laptop.instances.terminate(disk)
    return disk


class _Sink(io.RawIOBase):
    """Standard output of a Windows process as a Python file."""

    def __init__(self, process: Process) -> None:
        super().__init__()
        self._process = process

    def writable(self) -> bool:
        return True

    def write(self, data: t.Any) -> int:
        content = bytes(data)
        self._process.stdout.write(content)
        return len(content)
