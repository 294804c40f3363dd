# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands inside cmd.exe that touch files: dir, type, copy, move, del, mkdir, rmdir; and ``if exist``.

Only what needs no answer from a person: a command that would ask is not modelled.
"""

from __future__ import annotations

import codecs
import datetime
import fnmatch
import os
import shutil
import typing as t
from pathlib import Path

from lab.machine.drive import device
from lab.machine.process import NotModelled
from lab.windows import disk_space, hives, languages, shares
from lab.windows.access import may_delete, may_read, may_write
from lab.windows.cmd_shell import Shell
from lab.windows.cmd_words import switches_and_words
from lab.windows.sinks import Streams

DIRECTORY_NAME_INVALID = 267
PATH_NOT_FOUND = 3


def is_nul(name: str) -> bool:
    """Whether NAME is that of the device NUL, which swallows everything; raises NotModelled for other devices."""
    named = device(name)
    if named not in ("", "nul"):
        raise NotModelled(f"cmd.exe: the device {name}")
    return named == "nul"


def _no_device(*names: str) -> None:
    """Raise NotModelled for NUL too."""
    for name in names:
        if is_nul(name):
            raise NotModelled(f"cmd.exe: the device {name} here")


def exists(shell: Shell, name: str) -> bool:
    """``if exist NAME``: wildcards in the last part are allowed; ``NUL`` exists everywhere, nothing nowhere."""
    if not name or is_nul(name):
        return bool(name)
    return bool(_matches(shell, *_folder_and_pattern(shell, name)))


def directory(shell: Shell, arguments: str, streams: Streams) -> int:
    """``dir /b [/s] [/a-d | /ad | /al] [NAME]``; /al: links and junctions.

    The long form is modelled for files and without digit groups only.
    """
    switches, words = switches_and_words(arguments)
    if switches - {"/s"} == {"/-c", "/a-d"} and len(words) == 1:
        return _long_listing(shell, words[0], "/s" in switches, streams)
    known = {"/b", "/s", "/a", "/a-d", "/a:-d", "/ad", "/a:d", "/al", "/a:l"}
    if "/b" not in switches or switches - known or len(words) > 1:
        raise NotModelled(f"cmd.exe: dir{arguments} (only /b with /s, /a, /a-d, /ad, /al; or /-c /a-d with /s)")
    target = words[0] if words else shell.cwd
    _no_device(target)
    if shares.is_share(target):
        return _directory_of_share(shell, target, streams)
    if shell.laptop.drive.is_dir(shell.path(target)):
        target = target.rstrip("\\") + "\\*"
    folder, pattern = _folder_and_pattern(shell, target)
    if not may_read(shell.process.user, folder, shell.laptop):
        shell.say(streams.stderr, "no_file")
        return 1
    found = _found(shell, folder, pattern, "/s" in switches)
    if not any(switch.startswith("/a") for switch in switches):
        found = [path for path in found if not _is_hidden(path)]
    if switches & {"/a-d", "/a:-d"}:
        found = [path for path in found if path.is_file()]
    if switches & {"/ad", "/a:d"}:
        found = [path for path in found if path.is_dir()]
    if switches & {"/al", "/a:l"}:
        found = [path for path in found if path.is_symlink()]
    for path in found:
        shell.write(streams.stdout, shell.laptop.drive.windows_path(path) if "/s" in switches else path.name)
    if not found:
        known_folder = "/s" in switches or shell.laptop.drive.is_dir(folder)
        shell.say(streams.stderr, "no_file" if known_folder else "path_not_found")
    return 0 if found else 1


def _is_hidden(path: Path) -> bool:
    """Hidden, as Windows sets it on a user's part of the registry; ``dir`` shows it only with ``/a``."""
    return path.name.upper().startswith(hives.HIVE_FILE)


def _long_listing(shell: Shell, target: str, recurse: bool, streams: Streams) -> int:
    """``dir [/s] /-c /a-d NAME``: one block a folder; headers, dates and totals are localised."""
    if shares.is_share(target):
        return _long_listing_of_share(shell, target, streams)
    if shell.laptop.drive.is_dir(shell.path(target)):
        target = target.rstrip("\\") + "\\*"
    folder, pattern = _folder_and_pattern(shell, target)
    readable = may_read(shell.process.user, folder, shell.laptop)
    found = dict(_with_stat(_found(shell, folder, pattern, recurse))) if readable else {}
    shell.say(streams.stdout, "dir_volume")
    if not found:
        shell.say(streams.stderr, "no_file" if recurse or shell.laptop.drive.is_dir(folder) else "path_not_found")
        return 1
    for parent in dict.fromkeys(path.parent for path in found):
        shell.write(streams.stdout, "")
        shell.say(streams.stdout, "dir_folder", shell.laptop.drive.windows_path(parent))
        shell.write(streams.stdout, "")
        for path in found:
            if path.parent == parent:
                shell.write(streams.stdout, f"{_file_date(shell, found[path])} {found[path].st_size:>17} {path.name}")
        files = [found[path].st_size for path in found if path.parent == parent]
        total = languages.text(shell.laptop.state.language, "dir_total", f"{len(files):>16}", f"{sum(files):>14}")
        shell.write(streams.stdout, total)
    return 0


def _long_listing_of_share(shell: Shell, target: str, streams: Streams) -> int:
    """The line of one file on another computer."""
    try:
        path = shares.host_path(shell.laptop, target)
    except shares.NoShare as error:
        return _no_share(shell, error, streams)
    except shares.Refused:
        return _denied(shell, streams)
    if not path.is_file():
        shell.say(streams.stderr, "no_file")
        return 1
    shell.write(streams.stdout, f"{_file_date(shell, path.stat())} {path.stat().st_size:>17} {path.name}")
    return 0


def _with_stat(paths: list[Path]) -> t.Iterator[tuple[Path, os.stat_result]]:
    """The files of PATHS; one that another program has deleted or renamed meanwhile is none."""
    for path in paths:
        try:
            if path.is_file():
                yield path, path.stat()
        except FileNotFoundError:
            continue


def _file_date(shell: Shell, stat: os.stat_result) -> str:
    """As the region shows it; English with AM and PM."""
    moment = datetime.datetime.fromtimestamp(stat.st_mtime, tz=datetime.timezone.utc)
    shapes = {"de-DE": "%d.%m.%Y  %H:%M", "fr-FR": "%d/%m/%Y  %H:%M", "ja-JP": "%Y/%m/%d  %H:%M"}
    return moment.strftime(shapes.get(shell.laptop.state.language, "%m/%d/%Y  %I:%M %p"))


def _directory_of_share(shell: Shell, target: str, streams: Streams) -> int:
    """``dir /b`` of a folder or a file on another computer."""
    try:
        path = shares.host_path(shell.laptop, target, reading=False)
        if path.is_dir():
            shares.host_path(shell.laptop, target)
    except shares.NoShare as error:
        return _no_share(shell, error, streams)
    except shares.Refused:
        return _denied(shell, streams)
    if not path.exists():
        shell.say(streams.stderr, "no_file")
        return 1
    for entry in sorted(path.iterdir()) if path.is_dir() else [path]:
        shell.write(streams.stdout, entry.name)
    return 0


def _no_share(shell: Shell, error: shares.NoShare, streams: Streams) -> int:
    no_server = error.number == shares.ERROR_BAD_NETPATH
    shell.say(streams.stderr, "network_path_not_found" if no_server else "network_name_not_found")
    return 1


def type_file(shell: Shell, arguments: str, streams: Streams) -> int:
    """``type FILE``: UTF-16 with a byte order mark is converted to the code page, anything else is copied."""
    switches, words = switches_and_words(arguments)
    if switches or len(words) != 1 or any(c in "*?" for c in words[0]):
        raise NotModelled(f"cmd.exe: type{arguments}")
    if is_nul(words[0]):
        return 0
    path = shell.path(words[0])
    if not shell.laptop.drive.exists(path):
        return _missing(shell, path, streams)
    if not shell.laptop.drive.is_file(path) or not may_read(shell.process.user, path, shell.laptop):
        return _denied(shell, streams)
    data = shell.laptop.drive.host_path(path).read_bytes()
    if data.startswith(codecs.BOM_UTF16_LE):
        data = data[2:].decode("utf-16-le").encode()
    streams.stdout.write(data)
    return 0


def copy(shell: Shell, arguments: str, streams: Streams) -> int:
    """``copy /y [/b] SOURCE TARGET``"""
    return _transfer(shell, arguments, streams, "copy")


def move(shell: Shell, arguments: str, streams: Streams) -> int:
    """``move /y SOURCE TARGET``"""
    return _transfer(shell, arguments, streams, "move")


def _transfer(shell: Shell, arguments: str, streams: Streams, verb: str) -> int:
    switches, words = switches_and_words(arguments)
    if "/y" not in switches or switches - {"/y", "/b"} or len(words) != 2 or any(c in "*?+" for c in "".join(words)):
        raise NotModelled(f"cmd.exe: {verb}{arguments} (only {verb} /y SOURCE TARGET)")
    _no_device(words[1])
    if verb == "copy" and shares.is_share(words[0]):
        return _copy_from_share(shell, words[0], shell.path(words[1]), streams)
    if verb == "copy" and is_nul(words[0]):
        return _copy_of_nothing(shell, shell.path(words[1]), streams)
    _no_device(words[0])
    source = shell.path_not_in_use(words[0]) if verb == "move" else shell.path(words[0])
    target = shell.path(words[1])
    drive = shell.laptop.drive
    if not drive.exists(source) or (verb == "copy" and _is_hidden(drive.host_path(source))):
        return _missing(shell, source, streams)
    if verb == "copy" and drive.is_dir(source):
        raise NotModelled(f"cmd.exe: copy of a folder: {source}")
    no_folder = [word for word in words if word.endswith("\\") and not drive.is_dir(shell.path(word))]
    if drive.is_dir(target):
        target = f"{target}\\{source.rsplit(chr(92), 1)[-1]}"
    if (no_folder and drive.is_file(source)) or not drive.is_dir(target.rsplit("\\", 1)[0]):
        shell.say(streams.stderr, "path_not_found")
        return _none_copied(shell, verb, streams)
    if verb == "copy" and target.lower() == source.lower():
        shell.say(streams.stderr, "onto_itself")
        return _none_copied(shell, verb, streams)
    into_itself = f"{target.lower()}\\".startswith(f"{source.lower()}\\") and drive.is_dir(source)
    if into_itself or drive.is_dir(target) or not may_write(shell.process.user, target, shell.laptop):
        return _denied(shell, streams)
    allowed = may_read if verb == "copy" else may_delete
    if not allowed(shell.process.user, source, shell.laptop):
        return _denied(shell, streams)
    _transfer_file(shell, source, target, verb)
    shell.say(streams.stdout, "files_copied" if verb == "copy" else "files_moved", 1)
    return 0


def _none_copied(shell: Shell, verb: str, streams: Streams) -> int:
    if verb == "copy":
        shell.say(streams.stdout, "files_copied", 0)
    return 1


def _copy_of_nothing(shell: Shell, target: str, streams: Streams) -> int:
    """``copy NUL TARGET`` makes an empty file."""
    drive = shell.laptop.drive
    if drive.is_dir(target):
        raise NotModelled(f"cmd.exe: copy of NUL into a folder: {target}")
    if not drive.is_dir(target.rsplit("\\", 1)[0] + "\\"):
        shell.say(streams.stderr, "path_not_found")
        return _none_copied(shell, "copy", streams)
    if not may_write(shell.process.user, target, shell.laptop):
        return _denied(shell, streams)
    drive.host_path(target).write_bytes(b"")
    shell.say(streams.stdout, "files_copied", 1)
    return 0


def _copy_from_share(shell: Shell, source: str, target: str, streams: Streams) -> int:
    try:
        path = shares.host_path(shell.laptop, source)
    except shares.NoShare as error:
        return _no_share(shell, error, streams)
    except shares.Refused:
        return _denied(shell, streams)
    drive = shell.laptop.drive
    if not path.is_file():
        shell.say(streams.stderr, "file_not_found")
        return 1
    if not drive.is_dir(target.rsplit("\\", 1)[0]):
        shell.say(streams.stderr, "path_not_found")
        return 1
    if not may_write(shell.process.user, target):
        return _denied(shell, streams)
    disk_space.require(shell.laptop, path.stat().st_size)
    shutil.copyfile(path, drive.host_path(target))
    shell.say(streams.stdout, "files_copied", 1)
    return 0


def _transfer_file(shell: Shell, source: str, target: str, verb: str) -> None:
    drive = shell.laptop.drive
    if verb == "copy":
        disk_space.require(shell.laptop, drive.host_path(source).stat().st_size)
        shutil.copyfile(drive.host_path(source), drive.host_path(target))
    else:
        drive.host_path(source).replace(drive.host_path(target))


def delete(shell: Shell, arguments: str, streams: Streams) -> int:
    """``del [/f] [/q] [/a] NAME...``; a hidden file is missing without /a.

    A file that is missing is no error, its folder is.
    """
    switches, words = switches_and_words(arguments)
    if switches - {"/f", "/q", "/a"} or not words:
        raise NotModelled(f"cmd.exe: del{arguments} (only /f, /q and /a)")
    for word in words:
        _no_device(word)
        folder, pattern = _folder_and_pattern(shell, word)
        if shell.laptop.drive.is_dir(shell.path(word)) and "*" not in pattern:
            raise NotModelled(f"cmd.exe: del of the files in a folder: {word}")
        if not shell.laptop.drive.is_dir(folder):
            shell.say(streams.stderr, "path_not_found")
            return 1
        if "/q" not in switches and pattern in ("*", "*.*"):
            raise NotModelled("cmd.exe: del of a whole directory without /q, which asks")
        found = [
            path
            for path in _matches(shell, folder, pattern)
            if path.is_file() or (path.is_symlink() and not path.is_dir())
        ]
        found = [path for path in found if "/a" in switches or not _is_hidden(path)]
        if not found:
            shell.say(streams.stderr, "could_not_find", shell.path(word))
        for path in found:
            gone = shell.laptop.drive.windows_path(path)
            if not may_delete(shell.process.user, gone, shell.laptop):
                return _denied(shell, streams)
            if gone.lower() in (file.lower() for file in shell.laptop.state.mounted_hives.values()):
                shell.say(streams.stderr, "reg_in_use")
                return 32
            path.unlink()
            shell.laptop.permissions.forget(gone)
    return 0


def make_directory(shell: Shell, arguments: str, streams: Streams) -> int:
    """``mkdir NAME`` makes the directories above too; one that exists is an error."""
    switches, words = switches_and_words(arguments)
    if switches or len(words) != 1:
        raise NotModelled(f"cmd.exe: mkdir{arguments} (only one folder)")
    if is_nul(words[0]):
        return 0
    path, drive = shell.path(words[0]), shell.laptop.drive
    if drive.exists(path):
        shell.say(streams.stderr, "already_exists", words[0])
        return 1
    if not may_write(shell.process.user, path, shell.laptop):
        return _denied(shell, streams)
    disk_space.require(shell.laptop, 0)
    parts = path.split("\\")
    for count in range(2, len(parts) + 1):
        folder = "\\".join(parts[:count])
        if drive.is_file(folder):
            raise NotModelled(f"cmd.exe: mkdir below the file {folder}")
        drive.host_path(folder).mkdir(exist_ok=True)  # raises BadName, and what is above has been made
    return 0


def remove_directory(shell: Shell, arguments: str, streams: Streams) -> int:
    """``rmdir [/s /q] NAME``; the exit codes are Windows' error numbers, but none of them reaches ERRORLEVEL."""
    switches, words = switches_and_words(arguments)
    if switches not in (set(), {"/s", "/q"}) or len(words) != 1:
        raise NotModelled(f"cmd.exe: rmdir{arguments} (only with both or none of /s /q)")
    _no_device(words[0])
    if any(character in "*?" for character in words[0]):
        raise NotModelled(f"cmd.exe: rmdir with a pattern: {words[0]}")
    path = shell.path_not_in_use(words[0])
    if shell.laptop.drive.is_file(path):
        shell.say(streams.stderr, "no_directory")
        return DIRECTORY_NAME_INVALID
    if not shell.laptop.drive.is_dir(path.rpartition("\\")[0] + "\\"):
        shell.say(streams.stderr, "path_not_found")
        return PATH_NOT_FOUND
    if not shell.laptop.drive.is_dir(path):
        shell.say(streams.stderr, "file_not_found")
        return 2
    if not may_write(shell.process.user, path, shell.laptop):
        return _denied(shell, streams)
    host_path = shell.laptop.drive.host_path(path)
    if host_path.is_symlink():
        host_path.unlink()
    elif switches and any(file.startswith(f"{path.lower()}\\") for file in shell.laptop.state.mounted_hives.values()):
        shell.say(streams.stderr, "reg_in_use")
        return 32
    elif switches:
        shutil.rmtree(host_path)
    elif any(host_path.iterdir()):
        shell.say(streams.stderr, "directory_not_empty")
        return 145
    else:
        host_path.rmdir()
    shell.laptop.permissions.forget(path)
    return 0


def rename(shell: Shell, arguments: str, streams: Streams) -> int:
    """``ren PATH NAME``: a file or folder gets another name where it is; a name that exists is refused."""
    switches, words = switches_and_words(arguments)
    if switches or len(words) != 2 or any(c in "*?\\/:" for c in words[1]) or any(c in "*?" for c in words[0]):
        raise NotModelled(f"cmd.exe: ren{arguments} (only one file, and a name without a folder)")
    _no_device(*words)
    source = shell.path_not_in_use(words[0])
    drive = shell.laptop.drive
    if not drive.exists(source):
        return _missing(shell, source, streams)
    target = f"{source.rpartition(chr(92))[0]}\\{words[1]}"
    if drive.exists(target) and target.lower() != source.lower():
        shell.say(streams.stderr, "duplicate_name")
        return 1
    if not may_delete(shell.process.user, source, shell.laptop) or not may_write(
        shell.process.user, target, shell.laptop
    ):
        return _denied(shell, streams)
    drive.host_path(source).rename(drive.host_path(target))
    return 0


# -- shared ------------------------------------------------------------------------------------------------------


def _missing(shell: Shell, path: str, streams: Streams) -> int:
    folder_exists = shell.laptop.drive.is_dir(path.rsplit("\\", 1)[0] + "\\")
    shell.say(streams.stderr, "file_not_found" if folder_exists else "path_not_found")
    return 1


def _denied(shell: Shell, streams: Streams) -> int:
    shell.say(streams.stderr, "access_denied")
    return 1


def _folder_and_pattern(shell: Shell, name: str) -> tuple[str, str]:
    path = shell.path(name)
    folder, _, pattern = path.rpartition("\\")
    if any(character in "*?" for character in folder):
        return folder, "\x00"  # wildcards above the last part match nothing
    return folder if len(folder) > 2 else folder + "\\", pattern


def _matches(shell: Shell, folder: str, pattern: str) -> list[Path]:
    """The entries of FOLDER that match PATTERN, sorted without case as NTFS lists them."""
    drive = shell.laptop.drive
    if not pattern:
        return [drive.host_path(folder)] if drive.is_dir(folder) else []
    if not drive.is_dir(folder):
        return []
    wanted = "*" if pattern == "*.*" else pattern.lower().replace("[", "[[]")
    entries = [entry for entry in drive.host_path(folder).iterdir() if fnmatch.fnmatch(entry.name.lower(), wanted)]
    return sorted(entries, key=lambda entry: entry.name.lower())


def _found(shell: Shell, folder: str, pattern: str, recurse: bool) -> list[Path]:
    found = _matches(shell, folder, pattern)
    if recurse and shell.laptop.drive.is_dir(folder):
        for entry in _matches(shell, folder, "*"):
            if entry.is_dir() and not entry.is_symlink():
                found += _found(shell, shell.laptop.drive.windows_path(entry), pattern, recurse)
    return found
