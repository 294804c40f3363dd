# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``cmd.exe /C LINE``, through which Windows runs every WinRS command.

Measured on Windows 11 (build 26200) by others: WINRS_SKIP_CMD_SHELL is ignored, so all of this applies to every line.
"""

from __future__ import annotations

import re
import threading
from dataclasses import replace

from lab.machine.drive import BadName, NoSuchDrive, absolute
from lab.machine.process import ByteSink, NotModelled, Process
from lab.machine.streams import Pipe
from lab.windows import cmd_files, cmd_percent, cmd_syntax, launch
from lab.windows.access import may_read, may_write
from lab.windows.cmd_builtins import (
    BUILTINS,
    LEAVES_ERRORLEVEL,
    NOT_MODELLED,
    SETS_ERRORLEVEL,
    empty_echo,
    run_external,
)
from lab.windows.cmd_files import is_nul
from lab.windows.cmd_shell import Ended, Shell
from lab.windows.cmd_syntax import CmdSyntaxError, For, Group, If, Node, Pair, Redirection, Simple
from lab.windows.disk_space import DiskFull
from lab.windows.hives import load_hive
from lab.windows.sinks import FileSink, NullSink, Streams, filled_pipe

SYNTAX_ERROR_EXIT_CODE = 255

WAITS_FOR_GUI_PROGRAMS = True
"""Whether ``cmd /C`` waits for a program of the GUI subsystem such as msiexec. In practice it does, unlike an
interactive cmd.exe; nobody has published a measurement. ``start "" /wait`` waits for certain."""

_BUILTIN_NAME = re.compile(r"([A-Za-z]+)([./\\:\[\]+(].*)?", re.DOTALL)


class _CannotRedirect(Exception):
    """A redirection failed; the argument is the key of the text."""


def run(process: Process, line: str) -> int:
    """Run ``cmd.exe /C LINE`` as PROCESS; returns the exit code.

    What the lab does not model ends the whole line with an exit code of its own, so that ``|| echo`` cannot hide it.
    """
    try:
        return run_inner(process, line)
    except BrokenPipeError:
        raise  # nobody reads on; Windows ends the program
    except Exception as error:  # noqa: BLE001 - told to the client and to whoever runs the lab
        return launch.report(process, process.stderr, error)


def run_inner(
    process: Process, line: str, autorun: bool = True, always_strip: bool = False, delayed: bool = False
) -> int:
    """As ``run``, for a cmd.exe that a program starts (``/D`` without AUTORUN, ``/S`` with ALWAYS_STRIP, ``/V:ON``).

    Raises NotModelled, for the outermost one to report.
    """
    shell = Shell(process, dict(process.env), process.cwd, run_called, delayed=delayed)
    streams = Streams(process.stdin, process.stdout, process.stderr)
    load_hive(process.laptop, process.user)
    try:
        if autorun:
            _run_autorun(shell, streams)
        if cmd_syntax.utf16_units(line) > cmd_syntax.LINE_LIMIT:
            shell.say(streams.stderr, "line_too_long")
            return 1
        return _run_line(shell, _without_outer_quotes(shell, line, always_strip), streams)
    except Ended as end:
        return end.code
    finally:
        process.error_level = shell.error_level & 0xFFFFFFFF


def _run_autorun(shell: Shell, streams: Streams) -> None:
    """The AutoRun values of the machine, then of the user; what they print stands before the command's output."""
    for root in ("HKLM\\SOFTWARE", f"HKU\\{shell.process.user.sid}\\Software"):
        value = shell.laptop.registry.get(f"{root}\\Microsoft\\Command Processor", "AutoRun")
        if value and value.data:
            _run_line(shell, str(value.data), streams)


def _without_outer_quotes(shell: Shell, line: str, always: bool) -> str:
    """Quote rule of ``cmd /?`` for a line that begins with a quote."""
    line = line.lstrip(" \t")
    if not line.startswith('"'):
        return line
    program = None if always else cmd_syntax.outer_quotes_kept(line)
    if program is not None and _is_program(shell, program):
        return line
    return cmd_syntax.strip_outer_quotes(line)


def _is_program(shell: Shell, name: str) -> bool:
    try:
        return launch.resolve(shell.laptop, shell.env, shell.cwd, name) is not None
    except NotModelled:
        return False  # a whole line is hardly ever a name that the drive knows


def _run_line(shell: Shell, line: str, streams: Streams) -> int:
    """Expand, parse and run LINE; what follows its first line break is dropped in silence."""
    expanded = cmd_syntax.first_line(cmd_percent.expand(line, shell.lookup))
    if cmd_syntax.utf16_units(expanded) > cmd_syntax.LINE_LIMIT:
        shell.say(streams.stderr, "line_too_long")
        return 1
    try:
        node = cmd_syntax.parse(expanded)
    except CmdSyntaxError as error:
        shell.say(streams.stderr, "unexpected" if error.token else "syntax", error.token)
        return SYNTAX_ERROR_EXIT_CODE
    return _execute(shell, node, streams) if node else 0


# -- the tree ----------------------------------------------------------------------------------------------------


def _execute(shell: Shell, node: Node, streams: Streams) -> int:
    if shell.process.killed.is_set():
        raise Ended(1)
    if isinstance(node, Pair):
        return _pair(shell, node, streams)
    if isinstance(node, If):
        if _holds(shell, node):
            return _execute(shell, node.then, streams)
        return _execute(shell, node.otherwise, streams) if node.otherwise else 0
    if isinstance(node, For):
        return _loop(shell, node, streams)
    return _redirected(shell, node, streams)


def _loop(shell: Shell, node: For, streams: Streams) -> int:
    """The command runs in a cmd.exe of its own, AutoRun included; empty lines of its output are passed over."""
    output = Pipe()
    inner = Streams(filled_pipe(b""), output, streams.stderr)
    child = shell.copy()
    shell.process.started.append("C:\\Windows\\System32\\cmd.exe")
    collected: list[bytes] = []
    reader = threading.Thread(target=lambda: collected.append(output.read_all()), name="for /f", daemon=True)
    reader.start()
    try:
        _run_autorun(child, inner)
        _run_line(child, node.command, inner)
    except Ended:
        pass
    finally:
        output.close()
        reader.join()
    code = 0
    for line in b"".join(collected).decode(shell.process.console.encoding, "replace").splitlines():
        if line and not line.startswith(";"):
            code = _execute(shell, _with_variable(node.body, f"%{node.variable}", line), streams)
    return code


def _with_variable(node: Node, name: str, value: str) -> Node:
    """NODE with VALUE in place of NAME. It is put in after the line was read, so nothing in it is special."""
    if isinstance(node, Simple):
        return replace(node, name=node.name.replace(name, value), arguments=node.arguments.replace(name, value))
    if isinstance(node, Pair):
        left, right = (_with_variable(side, name, value) for side in (node.left, node.right))
        return replace(node, left=left, right=right)
    if isinstance(node, Group):
        return replace(node, body=_with_variable(node.body, name, value))
    raise NotModelled("cmd.exe: if or for inside for")


def _pair(shell: Shell, node: Pair, streams: Streams) -> int:
    if node.operator == "|":
        return _pipeline(shell, node, streams)
    code = _execute(shell, node.left, streams)
    if (node.operator == "&&" and code != 0) or (node.operator == "||" and code == 0):
        return code
    if node.operator == "||":
        shell.error_level = code  # also for what does not set it, such as rd
    return _execute(shell, node.right, streams)


def _holds(shell: Shell, node: If) -> bool:
    operands = [cmd_syntax.unquoted(operand) if node.kind == "exist" else operand for operand in node.operands]
    if node.kind == "exist":
        result = cmd_files.exists(shell, operands[0])
    elif node.kind == "defined":
        result = shell.lookup(operands[0]) is not None
    elif node.kind == "errorlevel":
        number = re.fullmatch(r"-?[0-9]+", operands[0])
        result = number is not None and shell.signed_error_level >= int(number[0])
    elif node.ignore_case:
        result = operands[0].lower() == operands[1].lower()
    else:
        result = operands[0] == operands[1]
    return result != node.negated


def _pipeline(shell: Shell, node: Pair, streams: Streams) -> int:
    """``left | right`` at the same time; each side is a cmd.exe of its own unless it is one program."""
    pipe = Pipe()

    def end_pipe() -> None:
        pipe.abandon()

    failure: list[Exception] = []

    def run_left() -> None:
        try:
            _side(shell, node.left, Streams(streams.stdin, pipe, streams.stderr))
        except BrokenPipeError:
            pass  # the right side has ended, or the line was killed
        except Exception as error:  # noqa: BLE001 - raised below, on the thread of the line
            failure.append(error)
        finally:
            pipe.close()

    shell.process.on_kill.append(end_pipe)
    thread = threading.Thread(target=run_left, name="pipeline", daemon=True)
    thread.start()
    try:
        code = _side(shell, node.right, Streams(pipe, streams.stdout, streams.stderr))
    finally:
        pipe.abandon()
        thread.join()
        shell.process.on_kill.remove(end_pipe)
    if failure:
        raise failure[0]
    shell.error_level = code
    return code


def _side(shell: Shell, node: Node, streams: Streams) -> int:
    """One side of a pipeline. A cmd.exe started for it reads the text a second time."""
    builtin = not isinstance(node, Simple) or _builtin(node.name) is not None
    if builtin and any(character in repr(node) for character in "%^"):
        raise NotModelled("cmd.exe: percent signs or carets in a pipeline, which are read twice there")
    if builtin:
        shell.process.started.append("C:\\Windows\\System32\\cmd.exe")
    elif isinstance(node, Simple) and node.name and _program(shell, node.name) is None:
        raise NotModelled("cmd.exe: a program that is not there in a pipeline, which ends the whole line")
    try:
        return _execute(shell.copy(), node, streams)
    except Ended as end:
        return end.code


# -- one command -------------------------------------------------------------------------------------------------


def _redirected(shell: Shell, node: Simple | Group, streams: Streams) -> int:
    opened: list[FileSink] = []
    try:
        streams = _redirect(shell, node.redirections, streams, opened)
        if isinstance(node, Group):
            return _execute(shell, node.body, streams)
        return _simple(shell, node, streams) if node.name else 0
    except _CannotRedirect as error:
        shell.say(streams.stderr, str(error))
        return 1
    except DiskFull:
        shell.say(streams.stderr, "disk_full")
        return 1
    finally:
        for sink in opened:
            sink.close()


def _redirect(shell: Shell, redirections: tuple[Redirection, ...], streams: Streams, opened: list[FileSink]) -> Streams:
    stdin = streams.stdin
    sinks = {1: streams.stdout, 2: streams.stderr}
    for redirection in redirections:
        if shell.delayed and "!" in redirection.target:
            raise NotModelled("cmd.exe: delayed expansion in a redirection")
        if redirection.handle == 0:
            stdin = _input(shell, redirection)
        elif redirection.mode == ">&":
            sinks[redirection.handle] = sinks[int(redirection.target)]
        elif redirection.mode == "<":
            raise NotModelled("cmd.exe: input redirection of an output handle")
        else:
            sinks[redirection.handle] = _output(shell, redirection, opened)
    return Streams(stdin, sinks[1], sinks[2])


def _input(shell: Shell, redirection: Redirection) -> Pipe:
    if is_nul(redirection.target):
        return filled_pipe(b"")
    path = shell.path(redirection.target)
    if not shell.laptop.drive.is_file(path):
        raise _CannotRedirect("file_not_found")
    if not may_read(shell.process.user, path, shell.laptop):
        raise _CannotRedirect("access_denied")
    return filled_pipe(shell.laptop.drive.host_path(path).read_bytes())


def _output(shell: Shell, redirection: Redirection, opened: list[FileSink]) -> ByteSink:
    if is_nul(redirection.target):
        return NullSink()
    path = shell.path(redirection.target)
    drive = shell.laptop.drive
    if not drive.is_dir(path.rpartition("\\")[0] + "\\"):
        raise _CannotRedirect("path_not_found")
    if drive.is_dir(path) or not may_write(shell.process.user, path, shell.laptop):
        raise _CannotRedirect("access_denied")
    try:
        opened.append(FileSink(shell.laptop, drive.host_path(path), append=redirection.mode == ">>"))
    except BadName:
        raise _CannotRedirect("bad_name") from None
    return opened[-1]


def _builtin(name: str) -> tuple[str, str] | None:
    """The built-in command that NAME calls, and what of NAME is its argument (``cd..``, ``dir/b``, ``echo(``)."""
    match = _BUILTIN_NAME.fullmatch(name)
    if match is None:
        return None
    command = match.group(1).lower()
    return (command, match.group(2) or "") if command in BUILTINS or command in NOT_MODELLED else None


def _simple(shell: Shell, node: Simple, streams: Streams) -> int:
    if shell.delayed:
        name, arguments = (cmd_percent.expand_delayed(text, shell.lookup) for text in (node.name, node.arguments))
        node = replace(node, name=name, arguments=arguments)
    builtin = _builtin(node.name)
    if builtin:
        code = _run_builtin(shell, *builtin, node.arguments, streams)
        if builtin[0] in SETS_ERRORLEVEL or (code and builtin[0] not in LEAVES_ERRORLEVEL):
            shell.error_level = code
        return code
    if re.fullmatch(r"[^\\/]:", node.name):
        return _change_drive(shell, node.name, streams)
    return _external(shell, node, streams)


def _run_builtin(shell: Shell, command: str, glued: str, arguments: str, streams: Streams) -> int:
    if command in NOT_MODELLED:
        raise NotModelled(f"cmd.exe: {command}")
    if "/?" in arguments.split():
        raise NotModelled(f"cmd.exe: {command} /?")
    if command == "echo" and glued:
        return empty_echo(shell, glued + arguments, streams)
    try:
        return BUILTINS[command](shell, glued + arguments, streams)
    except NoSuchDrive:
        shell.say(streams.stderr, "path_not_found")
    except BadName:
        shell.say(streams.stderr, "bad_name")
    return 1


def _change_drive(shell: Shell, name: str, streams: Streams) -> int:
    if name.upper() == "C:":
        return 0
    shell.error_level = 1
    shell.say(streams.stderr, "drive_not_found")
    return 1


def _external(shell: Shell, node: Simple, streams: Streams) -> int:
    found = _program(shell, node.name)
    if found is None:
        return _not_found(shell, node.name, streams)
    if not WAITS_FOR_GUI_PROGRAMS and shell.laptop.drive.is_program(found) in launch.GUI_PROGRAMS:
        raise NotModelled("cmd.exe that does not wait for a GUI program")
    name = cmd_syntax.unquoted(node.name)
    shell.error_level = run_external(shell, name, node.name + node.arguments, streams)
    return shell.error_level


def _program(shell: Shell, name: str) -> str | None:
    return launch.resolve(shell.laptop, shell.env, shell.cwd, cmd_syntax.unquoted(name))


def _not_found(shell: Shell, shown: str, streams: Streams) -> int:
    """The return code is 1, only ERRORLEVEL has 9009. A missing directory has a number and a text of its own."""
    name = cmd_syntax.unquoted(shown)
    folder = absolute(shell.cwd, name).rpartition("\\")[0] + "\\"
    if "\\" in name and not shell.laptop.drive.is_dir(folder):
        shell.error_level = 3
        shell.say(streams.stderr, "path_not_found")
    else:
        shell.error_level = 9009
        shell.say(streams.stderr, "not_recognized", shown)
    return 1


def run_called(shell: Shell, line: str, streams: Streams) -> int:
    """What ``call LINE`` does with LINE, expanded: one command, not if; a success clears ERRORLEVEL."""
    try:
        node = cmd_syntax.parse(cmd_syntax.first_line(line))
    except CmdSyntaxError as error:
        raise NotModelled(f"cmd.exe: call of what it cannot read: {line}") from error
    if isinstance(node, If):
        shell.error_level = 1
        shell.say(streams.stderr, "not_recognized", "if")
        return 1
    if not isinstance(node, Simple) or node.redirections or cmd_syntax.utf16_units(line) > cmd_syntax.LINE_LIMIT:
        raise NotModelled(f"cmd.exe: call of anything but one command: {line}")
    code = _simple(shell, node, streams)
    if code == 0 and _builtin(node.name) != ("start", ""):
        shell.error_level = 0
    return code
