# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Windows answers, by judges that are not the lab: expectations of Wine that are checked on Windows.

One case a line: its name, the command line, and what Windows does. ``NOT_MODELLED`` where the lab says that it cannot
tell. A case whose outcome is only known as a number says nothing of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

NOT_MODELLED = "not modelled"
KEY = "HKCU\\Software\\Oracle"


@dataclass(frozen=True)
class Case:
    """LINE ends with CODE and prints OUT (None: whatever)."""

    name: str
    line: str
    code: int | str = 0
    out: str | None = None


def _cases(*rows: tuple[object, ...]) -> list[Case]:
    return [Case(*row) for row in rows]


def _error_level(name: str, line: str, number: int) -> Case:
    """After LINE, ERRORLEVEL is NUMBER, where it was 7 before."""
    return Case(f"errorlevel-{name}", f"cmd /c exit 7&{line}&call echo %^ERRORLEVEL%", 0, f"{number}\r\n")


def _or_level(name: str, line: str, number: int) -> Case:
    """LINE fails, and behind ``||`` ERRORLEVEL is NUMBER."""
    return Case(f"or-{name}", f"cmd /c exit 7&({line}||call echo %^ERRORLEVEL%)", 0, f"{number}\r\n")


# The working directory holds the files f and g, the empty folder d, and the folder full with the file x in it.
ERROR_LEVEL = [
    _error_level("copy", "copy /y f h >NUL", 0),
    _error_level("move", "move /y f h >NUL", 0),
    _error_level("ren", "ren f h", 0),
    _error_level("rename", "rename f h", 0),
    _error_level("del", "del f", 0),
    _error_level("erase", "erase f", 0),
    _error_level("del-of-nothing-by-pattern", "del *.none 2>NUL", 0),
    _error_level("md", "md new", 0),
    _error_level("mkdir", "mkdir new", 0),
    _error_level("cd", "cd d", 0),
    _error_level("chdir", "chdir d", 0),
    _error_level("cd-without-a-word", "cd >NUL", 0),
    _error_level("dir", "dir /b f >NUL", 0),
    _error_level("type", "type f >NUL", 0),
    _error_level("type-nul", "type NUL", 0),
    _error_level("ver", "ver >NUL", 0),
    _error_level("ver-word", "ver x >NUL", 0),
    _error_level("call-of-a-command", "call type f >NUL", 0),
    _error_level("call-of-a-program", "call cmd /c exit 0", 0),
    _error_level("call-of-a-program-that-fails", "call cmd /c exit 5", 5),
    _error_level("call-of-a-drive", "call c:", 0),
    _error_level("call-blank", "(call )", 0),
    _error_level("call-nothing", "(call)", 1),
    _error_level("echo-leaves-it", "echo x >NUL", 7),
    _error_level("drive-leaves-it", "c:", 7),
    _error_level("if-leaves-it", "(if 1==1 echo x >NUL)", 7),
    _error_level("if-that-is-not-so-leaves-it", "(if 1==0 echo x)", 7),
    _error_level("rd-leaves-it", "rd d", 7),
    _error_level("rd-that-fails-leaves-it", "rd missing 2>NUL", 7),
    _error_level("rd-of-a-full-folder-leaves-it", "rd full 2>NUL", 7),
    _error_level("redirection-that-fails-leaves-it", "(echo x >C:\\no\\such\\x) 2>NUL", 7),
    _error_level("missing-program", "nothing.exe 2>NUL", 9009),
    _error_level("program-of-a-missing-folder", "C:\\nowhere\\x.exe 2>NUL", 3),
    _error_level("program-of-a-missing-drive", "Q:\\x.exe 2>NUL", 3),
    _error_level("pipeline", 'echo a|find "a" >NUL', 0),
    _error_level("pipeline-right-fails", "echo a|rd missing\\x 2>NUL", 3),
    _error_level("pipeline-left-fails", "rd missing 2>NUL|echo a >NUL", 0),
    _or_level("rd-missing", "rd missing 2>NUL", 2),
    _or_level("rd-missing-folder", "rd missing\\x 2>NUL", 3),
    _or_level("rd-missing-drive", "rd @:\\x\\y 2>NUL", 3),
    _or_level("rd-file", "rd full\\x 2>NUL", 267),
    _or_level("rd-full", "rd full 2>NUL", 145),
    _or_level("missing-program", "nothing.exe 2>NUL", 1),
    _or_level("program-of-a-missing-folder", "C:\\nowhere\\x.exe 2>NUL", 1),
    _or_level("call-of-a-missing-program", "call nothing.exe 2>NUL", 1),
    _or_level("call-of-rd", "call rd missing 2>NUL", 2),
    _or_level("call-of-a-missing-drive", "call 1: 2>NUL", 1),
    _or_level("missing-drive", "1: 2>NUL", 1),
    _or_level("redirection", "(echo x >C:\\no\\such\\x) 2>NUL", 1),
    _or_level("cd", "cd missing 2>NUL", 1),
    _or_level("program", "cmd /c exit 9", 9),
]

CMD = [
    *ERROR_LEVEL,
    *_cases(
        # Exit codes: cmd /c ends with the return code of its last command, not with ERRORLEVEL.
        ("code-missing-program", "nothing.exe", 1),
        ("code-program-of-a-missing-folder", "C:\\nowhere\\x.exe", 1),
        ("code-rd-missing", "rd /s /q missing", 2),
        ("code-rd-file", "rd f", 267),
        ("code-rd-missing-folder", "rd missing\\dir", 3),
        ("code-del-of-a-missing-folder", "del missing\\x", 1),
        ("code-del-of-several", "del f missing\\x", 1),
        ("code-set-undefined-to-nothing", 'set "NEVER="', 0),
        ("code-set-with-a-blank-behind-it", "set P >NUL", 1),
        ("code-set-prefix", "set P>NUL", 0),
        ("code-set-not-there", "set NEVER_SET >NUL", 1),
        ("code-ver-switch", "ver /f", 1),
        # if and else
        ("else-behind-a-chain", "if 1==0 echo k1&&(echo k2) else echo k3", 0, "k3\r\n"),
        ("else-behind-a-chain-not-taken", "if 1==1 echo k1&&(echo k2) else echo k3", 0, "k1\r\nk2\r\n"),
        ("else-twice-inner", "if 1==1 if 1==0 (echo a) else (echo b) else echo c", 0, "b\r\n"),
        ("else-twice-outer", "if 1==0 if 1==1 (echo a) else (echo b) else echo c", 0, "c\r\n"),
        ("else-twice-first", "if 1==1 if 1==1 (echo a) else (echo b) else echo c", 0, "a\r\n"),
        ("else-if", "if 1==0 (echo a) else if 1==0 (echo b) else echo c", 0, "c\r\n"),
        ("else-in-brackets", "if 1==1 (if 1==0 (echo a) else (echo b)) else echo c", 0, "b\r\n"),
        ("else-without-brackets-is-text", "if 1==1 echo a else echo b", 0, "a else echo b\r\n"),
        ("if-not-exist-nothing", 'if not exist "" echo yes', 0, "yes\r\n"),
        ("if-exist-nothing", 'if exist "" echo yes', 0, ""),
        ("if-errorlevel-hexadecimal", "if errorlevel 0x1 (echo yes) else echo no", 0, "no\r\n"),
        ("if-errorlevel-letters", "if errorlevel 1a (echo yes) else echo no", 0, "no\r\n"),
        ("if-errorlevel", "cmd /c exit 3&if errorlevel 2 echo yes", 0, "yes\r\n"),
        # NUL
        ("type-nul", "type NUL", 0, ""),
        ("copy-nul", "copy /y NUL h >NUL&for /f \"delims=\" %n in ('dir /b h') do @echo %n", 0, "h\r\n"),
        ("mkdir-nul", "mkdir NUL&if not exist NUL\\x echo none", 0, "none\r\n"),
        # Names that cannot be
        ("mkdir-question-mark", "mkdir ?", 1, ""),
        ("mkdir-question-mark-above", "mkdir ?\\foo", 1, ""),
        ("mkdir-star-below", "mkdir foo\\*", 1, ""),
        ("mkdir-star-below-makes-what-is-above", "(mkdir foo\\* 2>NUL)&if exist foo\\ echo made", 0, "made\r\n"),
        ("mkdir-question-mark-deep", "(mkdir a\\b\\? 2>NUL)&if exist a\\b\\ echo made", 0, "made\r\n"),
        ("mkdir-missing-drive", "mkdir @:\\x", 1, ""),
        ("mkdir-existing", "mkdir d", 1, ""),
        # Folders that are not there
        ("copy-into-a-missing-folder", "copy /y f missing\\ >NUL", 1),
        ("copy-into-a-missing-folder-makes-nothing", "copy /y f missing\\ >NUL 2>&1&if not exist missing echo none", 0),
        ("copy-file-as-a-folder", "copy /y f\\ d\\ >NUL", 1),
        ("copy-onto-itself", "copy /y f f", 1),
        ("copy-onto-itself-as-a-folder", "copy /y f f\\ >NUL", 1),
        ("copy-onto-itself-keeps-it", "copy /y f f >NUL 2>&1&type f", 0, "one\r\n"),
        ("move-folder-into-itself", "move /y d d", 1),
        ("move-into-a-missing-folder", "move /y f missing\\x", 1),
        ("ren-to-the-same-name", "ren f f&type f", 0, "one\r\n"),
        ("ren-onto-another", "ren f g", 1),
        ("ren-missing", "ren missing h", 1),
        ("cd-with-a-blank-behind", 'cd "C:\\ "&cd', 0, "C:\\\r\n"),
        ("cd-missing", "cd missing", 1),
        ("call-if", "call if 1==1 echo x", 1, ""),
        ("dir-missing", "dir /b missing", 1),
        ("dir-in-a-missing-folder", "dir /b missing\\x", 1),
        ("type-in-a-missing-folder", "type missing\\x", 1, ""),
    ),
]

NO_DRIVE = _cases(
    ("type", "type Q:\\x", 1, ""),
    ("type-relative", "type Q:x", 1, ""),
    ("dir", "dir /b Q:\\", 1, ""),
    ("dir-s", "dir /b /s /a-d Q:\\*.vhdx", 1, ""),
    ("cd", "cd /d Q:\\", 1, ""),
    ("md", "md Q:\\x\\y", 1, ""),
    ("rd", "rd Q:\\x", 3, ""),
    ("rd-s", "rd /s /q Q:\\x", 3, ""),
    ("del", "del /f /q Q:\\x", 1, ""),
    ("ren", "ren Q:\\x y", 1, ""),
    ("copy-from", "copy /y Q:\\x h", 1),
    ("copy-to", "copy /y f Q:\\x", 1),
    ("move-from", "move /y Q:\\x h", 1),
    ("move-to", "move /y f Q:\\x", 1),
    ("if-exist", "if exist Q:\\x (echo yes) else echo no", 0, "no\r\n"),
    ("output", "echo x>Q:\\x", 1, ""),
    ("output-appended", "echo x>>Q:\\x\\y", 1, ""),
    ("input", 'find "x" <Q:\\x', 1, ""),
    ("start", 'start "" /wait Q:\\x.exe', 9059),
)
"""A path on a drive that is not there, in every command of cmd.exe that takes a path."""

CMD_NOT_MODELLED = [
    "type *.txt",
    "type f g",
    "type CON",
    "type full\\COM1",
    "cd fu*",
    "del /q full",
    "del NUL",
    "copy /y full d",
    "copy /y f CON",
    "move /y f NUL",
    "md d new",
    "md LPT1",
    "ren f CON",
    "rd f*",
    "call for /f \"delims=\" %n in ('ver') do @echo x",
    "call (echo x)",
    "set WORDS=echo a^>b&call %^WORDS%",
    "set WORDS=echo a^&echo b&call %^WORDS%",
    "echo a|nothing.exe",
    'nothing.exe|find /v "x"',
    "if 1 EQU 1 echo x",
    "if not exist CON echo x",
    "echo x>full\\PRN",
    f"echo x>{'ä' * 200}",
]
"""Neighbours: Windows does something there that nobody who may be asked has described, or that the lab lacks."""


def _added(name: str, options: str, row: str) -> Case:
    """``reg add KEY OPTIONS`` succeeds, and KEY shows ROW."""
    return Case(f"add-{name}", f"reg add {KEY} {options} >NUL&&reg query {KEY}", 0, row)


def _refused(verb: str, *rows: tuple[str, str]) -> list[Case]:
    return [Case(f"{verb}-{name}", f"reg {verb} {words}", 1, "") for name, words in rows]


def _row(name: str, kind: str, data: str) -> str:
    return f"    {name}    {kind}    {data}\r\n"


REG = [
    # Usage: what it prints is not known here, that it succeeds is.
    *(
        Case(f"{verb or 'reg'}-{option}", f"reg {verb} {option}", NOT_MODELLED)
        for verb in ("", "query", "add", "delete", "load", "unload")
        for option in ("/?", "/h", "-H")
    ),
    # /f is no pattern in add and delete.
    _added("f-before-type", "/v A /f /t REG_SZ /d x", _row("A", "REG_SZ", "x")),
    _added("f-before-data", "/v A /t REG_SZ /f /d x", _row("A", "REG_SZ", "x")),
    _added("f-without-data", "/v A /f", _row("A", "REG_SZ", "")),
    _added("key-only-sets-the-default", "/f", _row("(Default)", "REG_SZ", "")),
    _added("key-only-without-f", "", _row("(Default)", "REG_SZ", "")),
    _added("default-by-type", "/t REG_DWORD /d 0x5 /f", _row("(Default)", "REG_DWORD", "0x5")),
    _added("default-by-data", "/d text /f", _row("(Default)", "REG_SZ", "text")),
    _added("default-by-ve", "/ve /f", _row("(Default)", "REG_SZ", "")),
    # Types
    _added("none-without-data", "/v A /t REG_NONE /f", _row("A", "REG_NONE", "0000")),
    _added("none-default", "/t REG_NONE /f", _row("(Default)", "REG_NONE", "0000")),
    _added("none-is-utf16", "/v A /t REG_NONE /d ab /f", _row("A", "REG_NONE", "610062000000")),
    _added("sz-empty", '/v A /t REG_SZ /f /d ""', _row("A", "REG_SZ", "")),
    _added("sz-backslash-zero", "/v A /t REG_SZ /d a\\0b /f", _row("A", "REG_SZ", "a\\0b")),
    _added("name-with-slashes", "/v a/b\\c /d x/y /f", _row("a/b\\c", "REG_SZ", "x/y")),
    _added("name-backslash-zero", "/v \\0 /d x /f", _row("\\0", "REG_SZ", "x")),
    _added("expand-without-data", "/v A /t reg_EXPAND_sz /f", _row("A", "REG_EXPAND_SZ", "")),
    _added("binary-without-data", "/v A /t REG_BINARY /f", _row("A", "REG_BINARY", "")),
    _added("binary", "/v A /t REG_BINARY /d 0aBc /f", _row("A", "REG_BINARY", "0ABC")),
    _added("binary-odd", "/v A /t REG_BINARY /d abc /f", _row("A", "REG_BINARY", "0ABC")),
    _added("dword-decimal", "/v A /t reg_dword /d 0123 /f", _row("A", "REG_DWORD", "0x7b")),
    _added("dword-capital-x", "/v A /t REG_DWORD /d 0X1F /f", _row("A", "REG_DWORD", "0x1f")),
    _added("dword-largest", "/v A /t REG_DWORD /d 0xffffffff /f", _row("A", "REG_DWORD", "0xffffffff")),
    _added("dword-little", "/v A /t REG_DWORD_LITTLE_ENDIAN /d 456 /f", _row("A", "REG_DWORD", "0x1c8")),
    _added("dword-big", "/v A /t REG_DWORD_BIG_ENDIAN /d 456 /f", "    A    REG_DWORD_BIG_ENDIAN    "),
    _added("qword-without-data", "/v A /t REG_QWORD /f", _row("A", "REG_QWORD", "0x0")),
    _added("qword-minus-one", "/v A /t REG_QWORD /f /d -1", _row("A", "REG_QWORD", f"0x{'f' * 16}")),
    _added("qword", "/v A /t REG_QWORD /d 0x123456789a /f", _row("A", "REG_QWORD", "0x123456789a")),
    _added("multi-without-data", "/v A /t REG_MULTI_SZ /f", _row("A", "REG_MULTI_SZ", "")),
    _added("multi-separator", '/v A /t REG_MULTI_SZ /s "#" /d a#b#c /f', _row("A", "REG_MULTI_SZ", "a\\0b\\0c")),
    _added("multi-separator-unused", "/v A /t REG_MULTI_SZ /s # /d abc /f", _row("A", "REG_MULTI_SZ", "abc")),
    _added("multi-separator-last", "/v A /t REG_MULTI_SZ /s # /d a# /f", _row("A", "REG_MULTI_SZ", "a")),
    _added("multi-separator-alone", "/v A /t REG_MULTI_SZ /s # /d # /f", _row("A", "REG_MULTI_SZ", "")),
    _added("multi-zero-last", "/v A /t REG_MULTI_SZ /d a\\0 /f", _row("A", "REG_MULTI_SZ", "a")),
    _added("multi-zero-alone", "/v A /t REG_MULTI_SZ /d \\0 /f", _row("A", "REG_MULTI_SZ", "")),
    *_refused(
        "add",
        ("nothing", ""),
        ("leading-backslash", f"\\{KEY}\\x /f"),
        ("two-leading-backslashes", f"\\\\{KEY}\\x /f"),
        ("two-trailing-backslashes", f"{KEY}\\x\\\\ /f"),
        ("root-with-a-backslash", "HKCU\\ /v A /d x /f"),
        ("long-root-with-a-backslash", "HKEY_CURRENT_USER\\ /v A /d x /f"),
        ("v-twice", f"{KEY} /v A /d x /v B /f"),
        ("t-twice", f"{KEY} /v A /t REG_DWORD /d 1 /f /t REG_SZ"),
        ("d-twice", f"{KEY} /v A /d 1 /f /d 2"),
        ("f-twice", f"{KEY} /f /f"),
        ("ve-twice", f"{KEY} /ve /f /ve"),
        ("v-and-ve", f"{KEY} /v A /ve"),
        ("v-without-a-name", f"{KEY} /v"),
        ("v-without-a-name-last", f"{KEY} /d x /f /v"),
        ("d-without-data", f"{KEY} /v A /t REG_SZ /f /d"),
        ("s-without-separator", f"{KEY} /v A /t REG_MULTI_SZ /f /s"),
        ("unknown-switch", f"{KEY} /v A /a"),
        ("unknown-switch-of-two", f"{KEY} /v A /ae"),
        ("slash-alone", f"{KEY} /v A /"),
        ("minus-alone", f"{KEY} /v A -"),
        ("empty-type", f'{KEY} /v A /t "" /d x /f'),
        ("unknown-type", f"{KEY} /v A /t REG_NEVER /d x /f"),
        ("view-twice", f"{KEY} /v A /d 1 /f /reg:64 /reg:64"),
        ("view-32-twice", f"{KEY} /v A /d 1 /f /reg:32 /reg:32"),
        ("both-views", f"{KEY} /v A /d 1 /f /reg:32 /reg:64"),
        ("binary-hexadecimal", f"{KEY} /v A /t REG_BINARY /d 0x12 /f"),
        ("binary-letter-first", f"{KEY} /v A /t REG_BINARY /d x01 /f"),
        ("binary-letter-last", f"{KEY} /v A /t REG_BINARY /d 01x /f"),
        *(
            (f"{kind.lower()}-{name}", f"{KEY} /v A /t {kind} /d {data} /f")
            for kind in ("REG_DWORD", "REG_QWORD", "REG_DWORD_BIG_ENDIAN")
            for name, data in (
                ("text", "zzz"), ("bare-hexadecimal", "deadbeef"), ("mixed", "12xy"), ("no-hexadecimal", "0xabg"),
                ("minus-hexadecimal", "-0x1"), ("two-zeros", "00x12"),
            )
        ),
        ("dword-without-data", f"{KEY} /v A /t REG_DWORD /f"),
        ("dword-without-data-ve", f"{KEY} /ve /t REG_DWORD /f"),
        ("dword-big-without-data", f"{KEY} /v A /t REG_DWORD_BIG_ENDIAN /f"),
        ("dword-minus-one", f"{KEY} /v A /t REG_DWORD /f /d -1"),
        ("dword-33-bits", f"{KEY} /v A /t REG_DWORD /d 4294967296 /f"),
        ("dword-33-bits-hexadecimal", f"{KEY} /v A /t REG_DWORD /d 0x1ffffffff /f"),
        ("qword-65-bits", f"{KEY} /v A /t REG_QWORD /d 18446744073709551616 /f"),
        ("qword-65-bits-hexadecimal", f"{KEY} /v A /t REG_QWORD /d 0x1{'f' * 16} /f"),
        ("multi-empty-inside", f"{KEY} /v A /t REG_MULTI_SZ /s # /d a##b /f"),
        ("multi-empty-first", f"{KEY} /v A /t REG_MULTI_SZ /s # /d #a /f"),
        ("multi-empty-only", f"{KEY} /v A /t REG_MULTI_SZ /s # /d ## /f"),
        ("multi-zero-empty-inside", f"{KEY} /v A /t REG_MULTI_SZ /d a\\0\\0b /f"),
        ("multi-zero-empty-first", f"{KEY} /v A /t REG_MULTI_SZ /d \\0a /f"),
        ("multi-long-separator", f"{KEY} /v A /t REG_MULTI_SZ /s #x /d a#b /f"),
        ("multi-zero-as-separator", f"{KEY} /v A /t REG_MULTI_SZ /s \\0 /d a\\0b /f"),
        ("multi-no-separator", f'{KEY} /v A /t REG_MULTI_SZ /s "" /d a#b /f'),
    ),
    *_refused(
        "query",
        ("nothing", ""),
        ("missing-key", f"{KEY}\\none"),
        ("v-without-a-name", f"{KEY}\\full /v"),
        ("v-twice", f"{KEY}\\full /v A /v B"),
        ("v-and-ve", f"{KEY}\\full /v A /ve"),
        ("s-twice", f"{KEY}\\full /s /s"),
        ("view-twice", f"{KEY}\\full /reg:64 /reg:64"),
        ("view-32-twice", f"{KEY}\\full /reg:32 /reg:32"),
        ("both-views", f"{KEY}\\full /reg:32 /reg:64"),
        ("leading-backslash", f"\\{KEY}\\full"),
        ("two-trailing-backslashes", f"{KEY}\\full\\\\"),
    ),
    Case("query-ve-not-set", f"reg query {KEY}\\full /ve", 0),
    Case(
        "query-s-key-without-values", f"reg query {KEY}\\keys /s", 0,
        "\r\nHKEY_CURRENT_USER\\Software\\Oracle\\keys\\one\r\n\r\n"
        "HKEY_CURRENT_USER\\Software\\Oracle\\keys\\two\r\n\r\n",
    ),
    Case(
        "query-keys", f"reg query {KEY}\\keys", 0,
        "\r\nHKEY_CURRENT_USER\\Software\\Oracle\\keys\\one\r\nHKEY_CURRENT_USER\\Software\\Oracle\\keys\\two\r\n",
    ),
    Case(
        "query-trailing-backslash", f"reg query {KEY}\\full\\ /s", 0,
        "\r\nHKEY_CURRENT_USER\\Software\\Oracle\\full\r\n    A    REG_SZ    a\r\n    B    REG_DWORD    0x2\r\n\r\n",
    ),
    *_refused(
        "delete",
        ("nothing", ""),
        ("v-and-ve", f"{KEY}\\full /v A /ve /f"),
        ("v-and-va", f"{KEY}\\full /v A /va /f"),
        ("ve-twice", f"{KEY}\\full /ve /ve /f"),
        ("ve-and-va", f"{KEY}\\full /ve /va /f"),
        ("va-twice", f"{KEY}\\full /va /va /f"),
        ("all-three", f"{KEY}\\full /v A /ve /va /f"),
        ("v-twice", f"{KEY}\\full /v A /v B /f"),
        ("v-without-a-name", f"{KEY}\\full /v"),
        ("v-without-a-name-last", f"{KEY}\\full /f /v"),
        ("view-twice", f"{KEY}\\full /f /reg:64 /reg:64"),
        ("both-views", f"{KEY}\\full /f /reg:32 /reg:64"),
        ("missing-key", f"{KEY}\\none /f"),
        ("missing-value", f"{KEY}\\full /v none /f"),
    ),
    Case(
        "delete-f-first", f"reg delete {KEY}\\full /f /v A >NUL&&reg query {KEY}\\full", 0,
        "    B    REG_DWORD    0x2\r\n\r\n",
    ),
    Case("delete-all-values", f"reg delete {KEY}\\full /va /f >NUL&&reg query {KEY}\\full", 0, "\r\n"),
]  # fmt: skip

OTHERS = _cases(
    ("find-empty", 'echo a|find ""', 1, ""),
    ("find-empty-not", 'echo a|find /v ""', 0, "a\r\n"),
    ("find-empty-input", 'type NUL|find "a"', 1, ""),
    ("find-lone-cr", 'find "b" <cr', 0, "a\rb\r\n"),
    ("find-line-separator", 'find "b" <odd', 0, "a\u2028b\x0c\r\n"),
    ("findstr-keeps-lf", '(findstr /c:"a" lf)', 0, "a\n"),
    ("findstr-keeps-crlf", '(findstr /c:"one" f)', 0, "one\r\n"),
    ("findstr-missing-drive", 'findstr /c:"a" Q:\\x', 1, ""),
    ("tasklist-first-line", "for /f \"delims=\" %n in ('tasklist /fo csv /nh') do @echo %n", 0, '"System Idle'),
    ("tasklist-words-in-another-order", "tasklist csv /nh /fo", NOT_MODELLED),
    ("quotes-in-quotes", 'hostname "a""b"', NOT_MODELLED),
    ("certutil-missing-drive", "certutil -hashfile Q:\\x SHA256", 0x80070003),
    ("certutil-missing-folder", "certutil -hashfile C:\\none\\x SHA256", 0x80070003),
    ("certutil-missing-file", "certutil -hashfile C:\\w\\none SHA256", 0x80070002),
    ("robocopy-missing-drive", "robocopy C:\\w Q:\\x f /B /R:0 /W:0", 16),
    ("robocopy-from-a-missing-drive", "robocopy Q:\\x C:\\w f /B /R:0 /W:0", 16),
    ("icacls-missing-drive", "icacls Q:\\x /reset", 3),
    ("icacls-missing-folder", "icacls C:\\none\\x /reset", 3),
    ("icacls-missing-file", "icacls C:\\w\\none /reset", 2),
    ("tar-missing-drive", "tar -tf Q:\\x.tar", 1, ""),
    ("tar-into-a-missing-drive", "tar -xf - -C Q:\\x", 1, ""),
    ("curl-to-a-missing-drive", "curl --output Q:\\x http://127.0.0.1:9/x", 23, ""),
    ("curl-config-on-a-missing-drive", "curl --config Q:\\x", 2, ""),
    ("msiexec-missing-drive", "msiexec /i Q:\\wsl.msi /qn /norestart", 1619),
    ("msiexec-log-on-a-missing-drive", "msiexec /i C:\\w\\wsl.msi /qn /norestart /l*v Q:\\x.log", 1622),
    ("msiexec-log-in-a-missing-folder", "msiexec /i C:\\w\\wsl.msi /qn /norestart /l*v C:\\none\\x.log", 1622),
    ("powercfg-missing-drive", "powercfg /batteryreport /xml /output Q:\\x.xml", 1),
    ("schtasks-missing-drive", "schtasks /Create /TN x /XML Q:\\x.xml /F", 1, ""),
    ("reg-load-missing-drive", "reg load HKU\\x Q:\\NTUSER.DAT", 1, ""),
    ("reg-load-of-a-name-that-cannot-be", "reg load HKU\\x C:\\w\\a?b", NOT_MODELLED),
    ("reg-load-of-a-folder", "reg load HKU\\x C:\\w\\d", NOT_MODELLED),
    ("conhost-missing-drive", "conhost --headless Q:\\x.exe", 1, ""),
    ("shutdown-odd-number", "shutdown /r /t \u00b2", NOT_MODELLED),
    ("wevtutil-odd-number", "wevtutil qe System /c:\u00b2 /rd:true /f:xml", NOT_MODELLED),
    ("schtasks-name-with-dots", "schtasks /Create /TN ..\\..\\x /XML f /F", 1, ""),
    ("schtasks-name-with-a-star", "schtasks /Create /TN a* /XML f /F", 1, ""),
    ("share-in-a-program-without-shares", "findstr /c:x \\\\files\\share\\x", NOT_MODELLED),
)
