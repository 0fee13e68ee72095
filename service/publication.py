"""What is to be done after something was published, by whomever: the one place for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api import fragments as api
from service.feeds import fragments as feed
from service.websub import announce

if TYPE_CHECKING:
    from datetime import datetime

    from service.config import Config
    from service.store import Store

# Entries rendered at once: the lock of writers is held only while they are written.
BATCH = 200
KINDS = (feed, api)


def published(store: Store, config: Config, since_revision: int, now: datetime) -> None:
    """See to all that follows once entries were published after a revision.

    What documents say of them is rendered, and what hubs have to be told is queued.
    """
    render(store, since_revision)
    announce(store, config, since_revision, now)


def render(store: Store, since_revision: int = 0, until_revision: int | None = None) -> int:
    """Keep the fragments of every kind that entries lack; returns how many were made.

    Of entries changed after a revision, and up to another where others see to those beyond it.
    """
    rendered = 0
    reached = store.written()
    for kind in KINDS:
        after, has_more = since_revision, True
        while has_more:
            with store.reader(at_least=reached) as reader:
                entries = reader.without_fragments(kind.KIND, kind.VERSION, after, BATCH)
            has_more = len(entries) == BATCH
            if until_revision is not None and entries and entries[-1].revision > until_revision:
                entries, has_more = [entry for entry in entries if entry.revision <= until_revision], False
            if not entries:
                break
            packed = {entry.revision: kind.packed(entry) for entry in entries}
            with store.writer() as writer:
                writer.keep_fragments(kind.KIND, kind.VERSION, packed)
            rendered += len(packed)
            after = entries[-1].revision
    return rendered
