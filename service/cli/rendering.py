"""Rendering what documents say of entries, once they are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api import fragments as api
from service.feeds import fragments as feed

if TYPE_CHECKING:
    from service.store import Store

# Entries rendered at once: the lock of writers is held only while they are written.
BATCH = 200
KINDS = (feed, api)


def render(store: Store) -> int:
    """Keep the fragments of every kind that entries lack; returns how many were made."""
    rendered = 0
    for kind in KINDS:
        after = 0
        while True:
            with store.reader() as reader:
                entries = reader.without_fragments(kind.KIND, kind.VERSION, after, BATCH)
            if not entries:
                break
            packed = {entry.revision: kind.packed(entry) for entry in entries}
            with store.writer() as writer:
                writer.keep_fragments(kind.KIND, kind.VERSION, packed)
            rendered += len(packed)
            after = entries[-1].sequence
    return rendered
