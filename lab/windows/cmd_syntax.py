# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of a cmd.exe command line, after percent expansion. Pure: text in, tree out.

Precedence from loose to tight: ``&``, ``||``, ``&&``, ``|``. A quote makes everything up to the next quote literal, a
caret outside quotes the next character; cmd.exe does not know ``\\"``. Rules: ``cmd /?`` and the published
reverse-engineering of its phases; measured facts in tests/lab/test_cmd.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.machine.process import NotModelled

LINE_LIMIT = 8191
"""UTF-16 units that cmd.exe reads at most."""

DELIMITERS = " \t,;=\xa0\x0b\x0c"
_SPECIAL_BETWEEN_QUOTES = "&<>()@^|"


class CmdSyntaxError(Exception):
    """cmd.exe refuses the line. ``token`` is what it did not expect; empty: the syntax is just incorrect."""

    def __init__(self, token: str = "") -> None:
        super().__init__(token)
        self.token = token


@dataclass(frozen=True)
class Redirection:
    """``handle`` (0, 1, 2) goes to a file (``<``, ``>``, ``>>``) or to what another handle is (``>&``)."""

    handle: int
    mode: str
    target: str


@dataclass(frozen=True)
class Simple:
    """One command. ARGUMENTS is everything behind the name, with its leading delimiter."""

    name: str
    arguments: str
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True)
class Pair:
    """``left OPERATOR right``, OPERATOR one of ``&``, ``||``, ``&&``, ``|``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Group:
    """``( body )``"""

    body: Node
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True)
class If:
    """``if [/i] [not] kind operands then [else otherwise]``; kind is exist, defined, errorlevel or ==."""

    negated: bool
    ignore_case: bool
    kind: str
    operands: tuple[str, ...]
    then: Node
    otherwise: Node | None = None


@dataclass(frozen=True)
class For:
    """``for /f "delims=" %VARIABLE in ('command') do body``: BODY once for each line that the command prints."""

    variable: str
    command: str
    body: Node


Node = Simple | Pair | Group | If | For


def utf16_units(text: str) -> int:
    """The length of TEXT as Windows counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def first_line(text: str) -> str:
    """TEXT up to the first line feed, without carriage returns: a line break ends the command in silence."""
    return text.split("\n", 1)[0].replace("\r", "")


def outer_quotes_kept(line: str) -> str | None:
    """The program name when the exception of ``cmd /?`` may hold for LINE, which begins with a quote; else None.

    Exactly two quotes, none of ``&<>()@^|`` between them, at
    least one blank. Whether it names a program is for the caller.
    """
    if line.count('"') != 2:
        return None
    between = line[1 : line.index('"', 1)]
    if any(character in _SPECIAL_BETWEEN_QUOTES for character in between) or not any(c in " \t" for c in between):
        return None
    return between


def strip_outer_quotes(line: str) -> str:
    """LINE, which begins with a quote, without its first and its last quote; what follows the last one stays."""
    rest = line[1:]
    before, quote, after = rest.rpartition('"')
    return before + after if quote else rest


def parse(line: str) -> Node | None:
    """The tree of LINE (one line, percent signs expanded); None for an empty one. Raises CmdSyntaxError."""
    parser = _Parser(line)
    return parser.line()


def unquoted(token: str) -> str:
    """TOKEN without its quotes."""
    return token.replace('"', "")


def _ends_with_bracket(node: Node) -> bool:
    """Whether the last thing in NODE is a closing bracket, behind which alone an ``else`` is read."""
    if isinstance(node, Pair):
        return _ends_with_bracket(node.right)
    if isinstance(node, If):
        return _ends_with_bracket(node.otherwise or node.then)
    return isinstance(node, Group) or (isinstance(node, For) and _ends_with_bracket(node.body))


@dataclass
class _Parser:
    text: str
    position: int = 0
    depth: int = 0
    """How many parentheses are open; ``)`` is special only inside one."""
    redirections: list[Redirection] = field(default_factory=list)

    # -- reading -------------------------------------------------------------------------------------------------

    def peek(self, count: int = 1) -> str:
        return self.text[self.position : self.position + count]

    def skip(self, characters: str = DELIMITERS) -> None:
        while self.position < len(self.text) and self.text[self.position] in characters:
            self.position += 1

    def operator(self) -> str:
        """The operator or closing parenthesis that stands here; "" at the end or before anything else."""
        for candidate in ("&&", "||", "&", "|"):
            if self.text.startswith(candidate, self.position):
                return candidate
        return ")" if self.depth and self.peek() == ")" else ""

    # -- grammar -------------------------------------------------------------------------------------------------

    def line(self) -> Node | None:
        self.skip(DELIMITERS + "@")
        if self.position >= len(self.text):
            return None
        node = self.sequence()
        if self.position < len(self.text):
            raise CmdSyntaxError(self.peek())
        return node

    def sequence(self) -> Node:
        """``a & b``; a trailing ``&`` is allowed."""
        left = self.binary(0)
        self.skip()
        if self.operator() != "&":
            return left
        self.position += 1
        self.skip()
        if self.position >= len(self.text) or self.operator() == ")":
            return left
        return Pair("&", left, self.sequence())

    def binary(self, level: int) -> Node:
        """The operators ``||``, ``&&``, ``|``, each grouping to the right."""
        operators = ("||", "&&", "|")
        if level == len(operators):
            return self.command()
        left = self.binary(level + 1)
        self.skip()
        if self.operator() != operators[level]:
            return left
        self.position += len(operators[level])
        self.skip()
        if self.position >= len(self.text):
            raise CmdSyntaxError
        return Pair(operators[level], left, self.binary(level))

    def command(self) -> Node:
        self.skip(DELIMITERS + "@")
        redirections = self.redirections_here()
        if self.operator() or (not redirections and self.position >= len(self.text)):
            raise CmdSyntaxError(self.operator())
        if self.peek() == "(":
            return self.group(redirections)
        start = self.position
        name = self.token()
        if name.lower() == "if" and not redirections:
            return self.condition()
        if name.lower() == "for":
            return self.loop()
        if name.lower() == "rem":
            return self.remark(name)
        if self.position == start and not redirections:
            raise CmdSyntaxError(self.peek())
        arguments = self.arguments(redirections)
        return Simple(name, arguments, tuple(redirections))

    def group(self, redirections: list[Redirection]) -> Group:
        self.position += 1
        self.depth += 1
        self.skip()
        body = self.sequence()
        self.skip()
        if self.peek() != ")":
            raise CmdSyntaxError(self.peek())
        self.position += 1
        self.depth -= 1
        self.skip()
        redirections += self.redirections_here()
        return Group(body, tuple(redirections))

    def remark(self, name: str) -> Simple:
        """``rem`` swallows the rest of the line, operators included, once a word follows it."""
        rest = self.text[self.position :]
        if not rest.strip(DELIMITERS) or rest.lstrip(DELIMITERS)[0] in "&|<>":
            return Simple(name, "")
        if self.depth:
            raise NotModelled("cmd.exe: rem inside parentheses")
        self.position = len(self.text)
        return Simple(name, rest)

    def condition(self) -> If:
        negated = ignore_case = False
        word = self.word()
        if word.lower() == "/i":
            ignore_case, word = True, self.word()
        if word.lower() == "not":
            negated, word = True, self.word()
        kind = word.lower()
        if kind in ("exist", "defined", "errorlevel"):
            operands: tuple[str, ...] = (self.word(),)
        else:
            kind, operands = self.comparison(word)
        then = self.sequence()
        return If(negated, ignore_case, kind, operands, *self.with_else(then))

    def loop(self) -> For:
        """Whole lines of a command's output, and a body that is not echoed: the rest of the line up to ``)``.

        On a command line, unlike in a batch file, cmd.exe prints every turn of a body that does not begin with ``@``.
        """
        words = [self.word().lower(), self.word().lower()]
        variable = self.word()
        if words != ["/f", '"delims="'] or len(variable) != 2 or variable[0] != "%" or self.word().lower() != "in":
            raise NotModelled("cmd.exe: for (only for /f \"delims=\" %x in ('command') do @command)")
        self.skip(" \t")
        start, end = self.position, self.text.find("')", self.position)
        if self.peek(2) != "('" or end < 0:
            raise NotModelled("cmd.exe: for /f over anything but the output of a command")
        self.position = end + 2
        if self.word().lower() != "do":
            raise CmdSyntaxError
        self.skip(" \t")
        if self.peek() != "@":
            raise NotModelled("cmd.exe: the body of for without @, which is echoed")
        self.position += 1
        return For(variable[1], self.text[start + 2 : end], self.sequence())

    def comparison(self, left: str) -> tuple[str, tuple[str, ...]]:
        self.skip(" \t")
        if self.peek(2) != "==":
            raise NotModelled(f"cmd.exe: if {left} …")
        self.position += 2
        return "==", (left, self.word())

    def with_else(self, then: Node) -> tuple[Node, Node | None]:
        self.skip()
        start = self.position
        if _ends_with_bracket(then) and self.token().lower() == "else":
            return then, self.sequence()
        self.position = start
        return then, None

    def word(self) -> str:
        """The next token; raises CmdSyntaxError when there is none."""
        self.skip(" \t")
        token = self.token()
        if not token:
            raise CmdSyntaxError(self.peek())
        return token

    # -- tokens --------------------------------------------------------------------------------------------------

    def token(self) -> str:
        """Characters up to an unquoted delimiter or operator, carets resolved, quotes kept."""
        result: list[str] = []
        quoted = False
        while self.position < len(self.text):
            character = self.peek()
            if not quoted and (character in DELIMITERS or character in "<>" or self.operator()):
                break
            if character == "^" and not quoted:
                result.append(self.escaped())
                continue
            quoted ^= character == '"'
            result.append(character)
            self.position += 1
        return "".join(result)

    def escaped(self) -> str:
        """The character behind a caret; "" when the caret ends the line."""
        character = self.text[self.position + 1 : self.position + 2]
        self.position += 2
        return character

    def arguments(self, redirections: list[Redirection]) -> str:
        """Everything up to an operator, redirections taken out and added to the list."""
        result: list[str] = []
        quoted = False
        while self.position < len(self.text):
            character = self.peek()
            if not quoted and self.operator():
                break
            if not quoted and self.redirection_starts(result):
                redirections.append(self.redirection())
                continue
            if character == "^" and not quoted:
                result.append(self.escaped())
                continue
            quoted ^= character == '"'
            result.append(character)
            self.position += 1
        return "".join(result)

    def redirection_starts(self, before: list[str]) -> bool:
        """``<`` or ``>`` here, or a digit right before one that stands behind a delimiter."""
        if self.peek() in ("<", ">"):
            return True
        digit = self.peek().isdigit() and self.text[self.position + 1 : self.position + 2] in ("<", ">")
        return digit and (not before or before[-1] in DELIMITERS or before[-1] in "()")

    def redirections_here(self) -> list[Redirection]:
        found = []
        while self.redirection_starts([]):
            found.append(self.redirection())
            self.skip()
        return found

    def redirection(self) -> Redirection:
        handle = -1
        if self.peek().isdigit():
            handle = int(self.peek())
            self.position += 1
        mode = ">>" if self.peek(2) == ">>" else self.peek()
        self.position += len(mode)
        if handle < 0:
            handle = 0 if mode == "<" else 1
        if handle > 2:
            raise NotModelled(f"cmd.exe: redirection of handle {handle}")
        if self.peek() == "&":
            self.position += 1
            mode = ">&"
        else:
            self.skip()
        target = self.token()
        if not target or (mode == ">&" and target not in ("1", "2")):
            raise CmdSyntaxError(self.peek())
        return Redirection(handle, mode, unquoted(target))
