# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines that nobody would write: pieces of real ones, put together by chance."""

from __future__ import annotations

import random

_COMMANDS = (
    "cd", "chdir", "copy /y", "del", "dir /b", "dir /-c /a-d", "dir", "echo", "erase", "exit /b", "md", "mkdir",
    "move /y", "rd", "rd /s /q", "rem", "ren", "set", "start \"\" /wait", "type", "ver", "call", "if exist", "if not",
    "if defined", "if errorlevel", "for /f \"delims=\" %n in", "cmd /c", "cmd /d /s /c", "C:", "Q:", "@", "(", "pushd",
)  # fmt: skip
_PROGRAMS = (
    "reg query", "reg add", "reg delete", "reg load", "reg unload", "reg", "find", "findstr /c:x", "where", "hostname",
    "chcp", "fsutil volume diskfree", "icacls", "certutil -hashfile", "tar -tf", "tar -xf", "tar -xf - -C", "curl",
    "curl --output", "curl --config", "schtasks /Create", "schtasks /Query", "schtasks /Run", "schtasks /Delete",
    "sc query", "sc stop", "tasklist", "wevtutil qe", "powercfg /q", "powercfg /batteryreport", "pnputil",
    "dism /Online", "msiexec /i", "msiexec /qn /norestart /x", "robocopy", "shutdown /a", "conhost --headless",
    "nvidia-smi", "nvidia-smi --query-gpu=name", "C:\\Windows\\System32\\wsl.exe", "no-such-program.exe",
)  # fmt: skip
_WORDS = (
    "", "f", "full", "full\\x", "..", ".", "\\", "C:\\", "C:", "Q:\\x", "@:\\x", "\\\\files\\share\\x", "\\\\?\\C:\\w",
    "\\\\.\\NUL", "NUL", "CON", "*", "*.*", "?", "a?b", "a|b", "a:b", "a\tb", "\"a b\"", "\"", "\"\"", "'", "%", "%%",
    "%PATH%", "%NEVER%", "%OS:~1,2%", "%OS:=x%", "%ERRORLEVEL%", "^", "^^", "^%", "!", "ä", "日本", "😀",
    "²", "-1", "0x1", "99999999999999999999", "/?", "/", "-", "/f", "/v", "/ve", "/s", "/t", "/d", "/q", "/xml", "/tn",
    "/fo", "csv", "/nh", "/reg:64", "REG_DWORD", "REG_MULTI_SZ", "HKCU\\Software\\x", "HKLM", "HKU\\x", "HKU\\",
    "HKCU\\\\x", "x" * 300, "ä" * 200, "x\\" * 200, "\x00", "\x07", "=", ",", ";", "==", "else", "in", "do", "('ver')",
    "@echo", "--list", "-d", "--import", "--export", "http://127.0.0.1:9/x", "file:///etc", "C:\\w\\f", "C:\\w\\bad",
    "*S-1-5-32-545:F", "/grant", "/reset", "/setowner", "SHA256", "MD5", "/B", "/R:0", "/W:0", "--format=csv", "-L",
    "/FeatureName:X", "/Get-FeatureInfo", "System", "/c:1", "/rd:true", "/f:xml", "/q:*", "/output", "/duration",
)  # fmt: skip
_BETWEEN = ("&", "&&", "||", "|", ")", "(", ">", ">>", "<", " 2>&1 ", " 2>NUL ", "\n", "\r", " ")


def odd_line(chance: random.Random) -> str:
    """One line; it starts no restart and asks nobody anything."""
    parts: list[str] = []
    for _part in range(chance.choice((1, 1, 1, 2, 3))):
        parts.append(chance.choice(_COMMANDS + _PROGRAMS))
        parts += [chance.choice(_WORDS) for _word in range(chance.randrange(5))]
        parts.append(chance.choice(_BETWEEN))
    return " ".join(parts[: None if chance.random() < 0.2 else -1])
