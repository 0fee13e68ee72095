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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Seconds in which connections that are there already bring their request: the server closes one that has brought none.
SETTLING = 0.3
# What Linux calls the option, which the socket module does not name.
SO_ATTACH_FILTER = 26
# Classic BPF over a segment from its TCP header on: one that opens a connection (SYN, in byte 13) is dropped.
NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def drain_on_sigterm(load: Callable[[], WSGIApplication]) -> WSGIApplication:
    """Let this process settle after SIGTERM, and only then be asked, by SIGINT, to end; returns what it shall serve.

    To be called in the main thread before others are started, as they must not take SIGTERM either: `load` may start some.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    is_ending = threading.Event()
    threading.Thread(target=_end, args=(is_ending,), daemon=True).start()
    app = load()

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not is_ending.is_set():
            return app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            # A client that knows sends its next request elsewhere, and none into a connection that is being closed.
            return start_response(status, [*headers, ("Connection", "close")], exc_info)

        return app(environ, start)

    return serve


def _end(is_ending: threading.Event) -> None:
    signal.sigwait({signal.SIGTERM})
    is_ending.set()
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
