# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small x86-64 ELF files, written without a compiler.

The lab needs shared libraries that ldconfig indexes, that the loader opens and that ld links against, but whose code
hardly matters: the libcuda of a Linux driver, which finds no device, or a libcublas that nobody calls.
"""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

BASE_HEADER = b"\x7fELF" + bytes([2, 1, 1, 0]) + bytes(8)
ET_REL, ET_DYN, EM_X86_64 = 1, 3, 62
PT_LOAD, PT_DYNAMIC, PT_GNU_STACK = 1, 2, 0x6474E551
SHT_PROGBITS, SHT_STRTAB, SHT_HASH, SHT_DYNAMIC, SHT_DYNSYM = 1, 3, 5, 6, 11
HEADER_SIZE, PROGRAM_HEADER_SIZE, SECTION_HEADER_SIZE, SYMBOL_SIZE = 64, 56, 64, 24

CUDA_ERROR_NO_DEVICE = 100


@dataclass
class _Section:
    name: str
    kind: int
    flags: int
    data: bytes
    link: int = 0
    info: int = 0
    entry_size: int = 0
    offset: int = 0


def _align(value: int, step: int = 16) -> int:
    return (value + step - 1) // step * step


def _strings(names: t.Iterable[str]) -> tuple[bytes, dict[str, int]]:
    """A string table and the offset of each name in it."""
    table, offsets = bytearray(b"\0"), {"": 0}
    for name in names:
        if name not in offsets:
            offsets[name] = len(table)
            table += name.encode() + b"\0"
    return bytes(table), offsets


def _hash_table(names: t.Sequence[str]) -> bytes:
    """A System V hash table with one bucket, so that no hash needs computing: every symbol is in the one chain."""
    count = len(names) + 1
    chain = [0, *(index + 1 if index + 1 < count else 0 for index in range(1, count))]
    return struct.pack(f"<{3 + count}I", 1, count, 1 if names else 0, *chain)


def _header(kind: int, program_headers: int, sections_at: int, sections: int) -> bytes:
    return BASE_HEADER + struct.pack(
        "<HHIQQQIHHHHHH",
        kind,
        EM_X86_64,
        1,
        0,
        HEADER_SIZE if program_headers else 0,
        sections_at,
        0,
        HEADER_SIZE,
        PROGRAM_HEADER_SIZE if program_headers else 0,
        program_headers,
        SECTION_HEADER_SIZE,
        sections,
        sections - 1,
    )


def _section_headers(sections: t.Sequence[_Section], names: t.Mapping[str, int]) -> bytes:
    headers = bytes(SECTION_HEADER_SIZE)
    for section in sections:
        address = section.offset if section.flags else 0
        headers += struct.pack(
            "<IIQQQQIIQQ",
            names[section.name],
            section.kind,
            section.flags,
            address,
            section.offset,
            len(section.data),
            section.link,
            section.info,
            8,
            section.entry_size,
        )
    return headers


def shared_library(soname: str, functions: t.Mapping[str, bytes] | None = None) -> bytes:
    """A shared object with DT_SONAME ``soname`` that exports FUNCTIONS (name -> position-independent machine code).

    Everything stands in one loadable segment at address 0, so addresses equal file offsets. The functions are laid
    out one after the other in the order of the mapping, each at a multiple of 16 bytes.
    """
    functions = functions or {}
    names = list(functions)
    string_table, string_at = _strings([soname, *names])
    text = b"".join(code.ljust(_align(len(code)), b"\xcc") for code in functions.values())
    sections = [
        _Section(".hash", SHT_HASH, 2, _hash_table(names), link=2, entry_size=4),
        _Section(".dynsym", SHT_DYNSYM, 2, bytes(SYMBOL_SIZE * (len(names) + 1)), link=3, info=1, entry_size=24),
        _Section(".dynstr", SHT_STRTAB, 2, string_table),
        _Section(".text", SHT_PROGBITS, 6, text),
        _Section(".dynamic", SHT_DYNAMIC, 3, bytes(16 * 7), link=3, entry_size=16),
        _Section(".shstrtab", SHT_STRTAB, 0, b""),
    ]
    name_table, name_at = _strings(section.name for section in sections)
    sections[-1].data = name_table
    position = HEADER_SIZE + 3 * PROGRAM_HEADER_SIZE
    for section in sections:
        section.offset = position = _align(position)
        position += len(section.data)
    hash_section, symbols, strings, code, dynamic, _names = sections
    symbols.data = _symbols(functions, string_at, code.offset)
    entries = [(14, string_at[soname]), (4, hash_section.offset), (5, strings.offset), (6, symbols.offset)]
    entries += [(10, len(string_table)), (11, SYMBOL_SIZE), (0, 0)]
    dynamic.data = b"".join(struct.pack("<qQ", *entry) for entry in entries)
    loaded = dynamic.offset + len(dynamic.data)
    segments = struct.pack("<IIQQQQQQ", PT_LOAD, 7, 0, 0, 0, loaded, loaded, 0x1000)
    segments += struct.pack("<IIQQQQQQ", PT_DYNAMIC, 6, *[dynamic.offset] * 3, len(dynamic.data), len(dynamic.data), 8)
    segments += struct.pack("<IIQQQQQQ", PT_GNU_STACK, 6, 0, 0, 0, 0, 0, 16)
    sections_at = _align(position)
    image = bytearray(_header(ET_DYN, 3, sections_at, len(sections) + 1) + segments)
    return _assemble(image, sections, sections_at) + _section_headers(sections, name_at)


def _symbols(functions: t.Mapping[str, bytes], string_at: t.Mapping[str, int], text_at: int) -> bytes:
    table, address = bytes(SYMBOL_SIZE), text_at
    for name, code in functions.items():
        table += struct.pack("<IBBHQQ", string_at[name], 0x12, 0, 4, address, len(code))
        address += _align(len(code))
    return table


def _assemble(image: bytearray, sections: t.Sequence[_Section], end: int) -> bytes:
    for section in sections:
        image += bytes(section.offset - len(image)) + section.data
    return bytes(image + bytes(end - len(image)))


def returns(value: int) -> bytes:
    """Machine code of a function that returns VALUE."""
    return b"\xb8" + struct.pack("<I", value) + b"\xc3"


def cuda_driver_library(cuda_version: int = 12080, soname: str = "libcuda.so.1") -> bytes:
    """A libcuda that loads, tells its version (1000 * major + 10 * minor) and finds no device.

    That is what a Linux driver's libcuda does in a distribution, where no NVIDIA kernel module is loaded. The CUDA
    runtime asks cuGetProcAddress for every entry point: it gets cuDriverGetVersion for names that begin with
    ``cuDriver``, cuGetProcAddress itself for ``cuGetPro``, and for every other name a function that returns
    CUDA_ERROR_NO_DEVICE.
    """
    # Each function gets 128 bytes: cuDriverGetVersion stands at 0, cuInit at 128, the look-ups at 256 and 384.
    functions = {"cuDriverGetVersion": _version_function(cuda_version), "cuInit": returns(CUDA_ERROR_NO_DEVICE)}
    for index, name in enumerate(("cuGetProcAddress", "cuGetProcAddress_v2")):
        start = 256 + 128 * index
        functions[name] = _lookup_function(start, version_at=0, other_at=128, status=name.endswith("_v2"))
    return shared_library(soname, {name: code.ljust(128, b"\xcc") for name, code in functions.items()})


def _version_function(cuda_version: int) -> bytes:
    return b"\xc7\x07" + struct.pack("<I", cuda_version) + b"\x31\xc0\xc3"  # mov dword [rdi], V; xor eax, eax; ret


def _lookup_function(start: int, version_at: int, other_at: int, status: bool) -> bytes:
    """cuGetProcAddress(name, &function, version, flags), with STATUS also &status, as the _v2 form has it.

    Addresses are offsets in .text, START is its own.
    """
    code = bytearray()
    for prefix, target in ((b"cuDriver", version_at), (b"cuGetPro", start)):
        code += b"\x48\xb8" + prefix + b"\x48\x39\x07" + b"\x75\x0c"  # mov rax, prefix; cmp [rdi], rax; jne +12
        code += _load_address(start + len(code), target) + b"\x48\x89\x06\xeb"  # lea rax, target; mov [rsi], rax; jmp
        code += bytes([37 if prefix == b"cuDriver" else 10])  # over the rest of the choice
    code += _load_address(start + len(code), other_at) + b"\x48\x89\x06"  # lea rax, other; mov [rsi], rax
    if status:
        code += b"\x4d\x85\xc0\x74\x07" + b"\x41\xc7\x00" + bytes(4)  # test r8, r8; jz +7; mov dword [r8], 0
    return bytes(code) + b"\x31\xc0\xc3"  # xor eax, eax; ret


def _load_address(position: int, target: int) -> bytes:
    """``lea rax, [rip + …]`` for the 7 bytes that stand at POSITION."""
    return b"\x48\x8d\x05" + struct.pack("<i", target - (position + 7))


def empty_object() -> bytes:
    """A relocatable x86-64 object without code or symbols."""
    names, name_at = _strings([".shstrtab"])
    section = _Section(".shstrtab", SHT_STRTAB, 0, names, offset=HEADER_SIZE)
    sections_at = _align(HEADER_SIZE + len(names))
    image = bytearray(_header(ET_REL, 0, sections_at, 2))
    return _assemble(image, [section], sections_at) + _section_headers([section], name_at)


def empty_archive() -> bytes:
    """A static library with an empty symbol index and one empty object.

    nvlink skips an archive without an x86-64 object with a warning, and ld refuses one without an index.
    """

    def member(name: bytes, data: bytes) -> bytes:
        head = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8) + str(len(data)).encode().ljust(10)
        return head + b"`\n" + data + b"\n" * (len(data) % 2)

    return b"!<arch>\n" + member(b"/", bytes(4)) + member(b"empty.o/", empty_object())
