"""How a process of the server ends: what is under way or has just arrived is answered, what comes later is not taken on."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

# Seconds in which connections that are there already bring their request: the server closes one that has brought none.
SETTLING = 0.3
# What Linux calls the option, which the socket module does not name.
SO_ATTACH_FILTER = 26
# Classic BPF over a segment from its TCP header on: one that opens a connection (SYN, in byte 13) is dropped.
NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def drain_on_sigterm() -> None:
    """Let this process settle after SIGTERM, and only then be asked, by SIGINT, to end.

    To be called in the main thread before others are started, as they must not take SIGTERM either.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    signal.sigwait({signal.SIGTERM})
    if sys.platform == "linux":
        _take_no_more()
        time.sleep(SETTLING)
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def _take_no_more() -> None:
    """Let no new connection arrive at the sockets that this process listens on.

    Closing them, or shutting them down, would reset connections that the kernel has accepted already. Who is turned
    away tries again after a second, as TCP does, and finds another process or a closed port.
    """
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in NO_SYN)
    memory = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(NO_SYN), ctypes.addressof(memory))
    for descriptor in Path("/proc/self/fd").iterdir():
        # The folder's own descriptor is closed by now, and others are no sockets.
        with suppress(OSError), socket.socket(fileno=os.dup(int(descriptor.name))) as opened:
            if opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                opened.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
