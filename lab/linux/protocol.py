# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab's server and the first process of an instance say to each other.

One pair of connected sockets per instance carries requests; it is the lifeline too: when the server dies, the other
end reads the end of the stream and exits, and the kernel ends everything in the instance. One more pair per started
process carries its fate. All sockets are AF_UNIX SOCK_SEQPACKET, so that every message keeps its borders; a message is
one JSON object.

    server -> instance   {"run": true} with four descriptors: request (memory file, JSON), stdin, stdout, stderr,
                         and as fifth the process's own socket
    instance -> server   {"pid": N} (of the instance's first process, seen from the host),
                         {"ready": true, "mount_root": FOLDER}, with the socket of interop where there is one, or
                         {"error": TEXT}
    process's socket:
    instance -> server   {"pid": N} (inside), {"unknown_user": NAME}, {"chdir": ERRNO}, {"exec": ERRNO},
                         {"failed": TEXT}, {"status": WAIT_STATUS}
    server -> instance   nothing; the end of the stream means that the client is gone: hang up
"""

from __future__ import annotations

import array
import json
import os
import socket
import typing as t

MAX_MESSAGE_BYTES = 65536
_DESCRIPTORS = 5

Message = t.Dict[str, t.Any]


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets for messages."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(connection: socket.socket, message: Message, descriptors: t.Sequence[int] = ()) -> None:
    """Send MESSAGE with copies of DESCRIPTORS. Raises BrokenPipeError when the other end is gone."""
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    connection.sendmsg([json.dumps(message).encode("ascii")], ancillary, socket.MSG_NOSIGNAL)


def receive(connection: socket.socket) -> tuple[Message | None, list[int]]:
    """The next message and its descriptors (close-on-exec); None when the other end is gone."""
    space = socket.CMSG_SPACE(_DESCRIPTORS * array.array("i").itemsize)
    try:
        data, ancillary, _, _ = connection.recvmsg(MAX_MESSAGE_BYTES, space, socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:
        return None, []
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    message: Message | None = json.loads(data) if data else None
    return message, descriptors.tolist()


def pack_request(request: Message) -> int:
    """A memory file that holds REQUEST, of any size; the caller closes it."""
    memory = os.memfd_create("lab-request")
    data = memoryview(json.dumps(request).encode("ascii"))
    while data:
        data = data[os.write(memory, data) :]
    os.lseek(memory, 0, os.SEEK_SET)
    return memory


def unpack_request(memory: int) -> Message:
    """The request in the memory file; leaves it open."""
    size = os.fstat(memory).st_size
    request: Message = json.loads(os.pread(memory, size, 0))
    return request
