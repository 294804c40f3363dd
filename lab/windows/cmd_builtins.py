# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands inside cmd.exe that do not touch files. The others stand in cmd_files.py."""

from __future__ import annotations

import typing as t

from lab.machine.process import NotModelled
from lab.windows import cmd_files, cmd_percent, launch
from lab.windows.cmd_shell import Ended, Shell
from lab.windows.sinks import Streams
from lab.windows.version import windows_version

Builtin = t.Callable[[Shell, str, Streams], int]

NOT_MODELLED = frozenset(
    {
        "assoc",
        "break",
        "color",
        "date",
        "dpath",
        "endlocal",
        "ftype",
        "goto",
        "keys",
        "mklink",
        "path",
        "pause",
        "popd",
        "prompt",
        "pushd",
        "setlocal",
        "shift",
        "time",
        "title",
        "verify",
        "vol",
    }
)


def echo(shell: Shell, arguments: str, streams: Streams) -> int:
    """One character behind the name is dropped, the rest printed as it is: also quotes and trailing blanks."""
    text = arguments[1:]
    if not arguments.strip(" \t,;="):
        shell.say(streams.stdout, "echo_is_on")
    elif text.strip().lower() not in ("on", "off"):
        shell.write(streams.stdout, text)
    return 0


def empty_echo(shell: Shell, arguments: str, streams: Streams) -> int:
    """``echo.`` and its kin: never the state, an empty line when nothing follows."""
    shell.write(streams.stdout, arguments[1:])
    return 0


def set_variable(shell: Shell, arguments: str, streams: Streams) -> int:
    """``set``, ``set PREFIX``, ``set NAME=value``, ``set "NAME=value"``; a value keeps its trailing blanks."""
    text = arguments.lstrip(" \t,;=")
    if text[:2].lower() in ("/a", "/p"):
        raise NotModelled(f"cmd.exe: set {text[:2]}")
    if text.startswith('"'):
        text = text[1:]
        before, quote, _ = text.rpartition('"')
        text = before if quote else text
    name, equals, value = text.partition("=")
    if not equals:
        return _list_variables(shell, name, streams)
    if not name:
        shell.say(streams.stderr, "syntax")
        return 1
    if value:
        shell.env[name.upper()] = value
        shell.spelling.setdefault(name.upper(), name)
    else:
        shell.env.pop(name.upper(), None)
    return 0


def _list_variables(shell: Shell, prefix: str, streams: Streams) -> int:
    found = sorted(name for name in shell.env if name.startswith(prefix.upper()))
    for name in found:
        shell.write(streams.stdout, f"{shell.spelling.get(name, name)}={shell.env[name]}")
    if not found and prefix:
        shell.say(streams.stderr, "variable_not_defined", prefix)
    return 0 if found or not prefix else 1


def exit_shell(shell: Shell, arguments: str, streams: Streams) -> int:
    """``exit [/b] [N]``; outside a batch file ``/b`` ends cmd.exe too."""
    words = arguments.split()
    if words and words[0].lower() == "/b":
        words = words[1:]
    if not words:
        raise Ended(shell.error_level)
    try:
        raise Ended(int(words[0]) & 0xFFFFFFFF)
    except ValueError:
        raise NotModelled(f"cmd.exe: exit {words[0]}") from None


def remark(shell: Shell, arguments: str, streams: Streams) -> int:
    """``rem`` does nothing."""
    return 0


def version(shell: Shell, arguments: str, streams: Streams) -> int:
    """``ver``: words are passed over, a switch is refused."""
    if arguments.lstrip().startswith("/"):
        shell.say(streams.stderr, "syntax")
        return 1
    shell.write(streams.stdout, "\r\n" + shell.text("version", windows_version(shell.laptop)))
    return 0


def start(shell: Shell, arguments: str, streams: Streams) -> int:
    """``start "title" /wait PROGRAM arguments``: waits also for a GUI program, whose exit code becomes ERRORLEVEL.

    start itself succeeds once the program runs: ``start "" /wait cmd /c "exit 5"&&echo yes`` prints yes on Windows
    (Wine's test_builtins.cmd, which is run there too), so that ``cmd /c`` ends with 0.
    """
    rest = arguments.lstrip()
    if rest.startswith('"'):
        rest = rest[1:].partition('"')[2].lstrip()
    options: list[str] = []
    while rest.startswith("/"):
        option, _, rest = rest.partition(" ")
        options.append(option.lower())
        rest = rest.lstrip()
    if "/wait" not in options or set(options) - {"/wait", "/b"}:
        raise NotModelled(f"cmd.exe: start {' '.join(options)} (only /wait, with or without /b)")
    name = rest[1:].partition('"')[0] if rest.startswith('"') else rest.partition(" ")[0]
    if launch.resolve(shell.laptop, shell.env, shell.cwd, name) is None:
        # The real start shows a message box here; in session 0 nobody sees it, the text below is on stderr too.
        shell.say(streams.stderr, "file_not_found")
        return 9059
    shell.error_level = run_external(shell, name, rest, streams)
    return 0


def call(shell: Shell, arguments: str, streams: Streams) -> int:
    """``call COMMAND``: percent signs are expanded once more, now with what the line has set before.

    Without a command it sets ERRORLEVEL: to 1, or to 0 where a blank follows.
    """
    if "^" in arguments:
        raise NotModelled("cmd.exe: call with a caret, which it doubles")
    if not arguments.strip():
        shell.error_level = 0 if arguments else 1
        return shell.error_level
    return shell.run_called(shell, cmd_percent.expand(arguments.lstrip(), shell.lookup), streams)


def change_directory(shell: Shell, arguments: str, streams: Streams) -> int:
    """``cd``, ``cd PATH``, ``cd /d PATH``; blanks need no quotes here."""
    target = arguments.strip(" \t,;=")
    if target.lower().startswith("/d"):
        target = target[2:].strip()
    target = target.replace('"', "")
    if not target:
        shell.write(streams.stdout, shell.cwd)
        return 0
    if "*" in target or "?" in target:
        raise NotModelled("cmd.exe: cd with a pattern")
    path = shell.path(target)
    if not shell.laptop.drive.is_dir(path):
        shell.say(streams.stderr, "path_not_found")
        return 1
    shell.cwd = shell.laptop.drive.windows_path(shell.laptop.drive.host_path(path))
    return 0


def run_external(shell: Shell, name: str, command_line: str, streams: Streams) -> int:
    """Run the program NAME with COMMAND_LINE, in the environment and directory of the shell."""
    return launch.run_program(
        shell.process,
        name,
        command_line,
        streams.stdin,
        streams.stdout,
        streams.stderr,
        env=shell.env,
        cwd=shell.cwd,
    )


BUILTINS: dict[str, Builtin] = {
    "call": call,
    "cd": change_directory,
    "chdir": change_directory,
    "copy": cmd_files.copy,
    "del": cmd_files.delete,
    "dir": cmd_files.directory,
    "echo": echo,
    "erase": cmd_files.delete,
    "exit": exit_shell,
    "md": cmd_files.make_directory,
    "mkdir": cmd_files.make_directory,
    "move": cmd_files.move,
    "rd": cmd_files.remove_directory,
    "rem": remark,
    "ren": cmd_files.rename,
    "rename": cmd_files.rename,
    "rmdir": cmd_files.remove_directory,
    "set": set_variable,
    "start": start,
    "type": cmd_files.type_file,
    "ver": version,
}

SETS_ERRORLEVEL = frozenset(
    {"cd", "chdir", "copy", "del", "dir", "erase", "md", "mkdir", "move", "ren", "rename", "type", "ver"}
)
"""Commands that set ERRORLEVEL whatever becomes of them; the others leave it alone where they succeed."""
LEAVES_ERRORLEVEL = frozenset({"call", "rd", "rmdir"})
"""Commands that do not set it where they fail either; ``call`` says itself what it sets."""
