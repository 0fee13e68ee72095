"""The server's main loop is told by signals at any moment, also while it is about to wait."""

from __future__ import annotations

import subprocess
import sys

from service.config import ROOT

PATIENCE = 60
# A loop as the server's, which a timer's signal tells over and over.
LOOP = """
import random, signal, time
from service.cli.interrupting import Interrupt
told = Interrupt(lambda: False)
signal.signal(signal.SIGALRM, lambda *_: told.set())
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
for _ in range(10_000):
    told.wait()
    told.clear()
    # Or each signal would find the loop asleep.
    end = time.perf_counter() + 0.0002 * random.random()
    while time.perf_counter() < end:
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
"""


def test_a_signal_at_any_moment_wakes_the_loop() -> None:
    subprocess.run([sys.executable, "-c", LOOP], cwd=ROOT, check=True, timeout=PATIENCE)


def test_what_is_cleared_by_mistake_is_not_waited_for_at_the_end() -> None:
    ending = (
        "from service.cli.interrupting import Interrupt\ntold = Interrupt(lambda: True)\ntold.set()\ntold.clear()\ntold.wait()"
    )
    subprocess.run([sys.executable, "-c", ending], cwd=ROOT, check=True, timeout=PATIENCE)
