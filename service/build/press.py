"""Makes one part of a site: asks for its documents, and writes those that changed."""

from __future__ import annotations

import errno
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Self

from service import create_app
from service.build.asking import Asker
from service.build.documents import Plan
from service.build.files import Folder
from service.build.manifest import Row
from service.errors import BuildError
from service.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from service.build.documents import Document
    from service.build.manifest import Known
    from service.build.parts import Part
    from service.build.settings import Settings

# Seconds that a document may take: nobody waits for it.
TIME_LIMIT = 60
# Feeds that have more than their first page say so by a link of this relation.
ARCHIVED = 'rel="prev-archive"'


class Done(NamedTuple):
    """What was done of a part; `rows` are None where it is as it was."""

    state: str
    rows: list[Row] | None
    written: int = 0
    size: int = 0
    unnameable: tuple[str, ...] = ()


class Press:
    """Makes the parts of a site."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        """Make the site that settings describe, in a folder."""
        # What is asked for once need not be kept, nor be logged.
        config = replace(settings.config, cache_mb=1, access_log=False)
        # Not from a replica, which may not have yet what the state that is noted knows of.
        self._store = Store.open(config.database_url, time_limit=TIME_LIMIT)
        app = create_app(config, self._store, settings.links)
        self._asker = Asker(app, config.public_url)
        self._plan = Plan(app, self._store, settings)
        self._files = Folder(folder, settings.codings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def make(self, part: Part, known: Known) -> Done:
        """Make a part; where its state is known and its files are there, none is asked for."""
        now, state = self._store.now(), self._plan.state(part)
        if state == known.state and known.rows and all(map(self._files.has, known.rows)):
            return Done(state, None)
        # What is asked for now must not be older than the state that is noted of it.
        self._store.refresh()
        rows: list[Row] = []
        unnameable: list[str] = []
        written = size = 0
        for document in self._plan.documents(part, lambda: any(row.state == ARCHIVED for row in rows)):
            try:
                row, new = self._write(document, known.rows.get(document.file))
            except BuildError:
                if self._store.now() == now:
                    raise
                # What was withdrawn meanwhile is no longer there to be asked for; the next pass knows nothing of it.
                state = ""
                continue
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    message = f"{document.file} cannot be written: {error.strerror}"
                    raise BuildError(message) from error
                unnameable.append(document.file)
                continue
            rows.append(row)
            written += new is not None
            size += new or 0
        return Done(state, rows, written, size, tuple(unnameable))

    def _write(self, document: Document, before: Row | None) -> tuple[Row, int | None]:
        """Write a document where it changed; return what to note of it, and how many bytes were written, if any."""
        is_there = before is not None and self._files.has(document.file)
        if before and is_there and document.state and document.state == before.state:
            return before, None
        if document.body is not None:
            body, etag, state = document.body, None, document.state
        else:
            told = {"if_none_match": before.etag} if before and before.etag and is_there else {}
            answer = self._asker.get(document.path, document.query, **told, **document.headers)
            if before and told and answer.status == HTTPStatus.NOT_MODIFIED:
                return before._replace(state=document.state or before.state), None
            if answer.status != document.status:
                message = f"{document.path} answered {answer.status}: {answer.body[:200].decode(errors='replace')}"
                raise BuildError(message)
            state = document.state or (ARCHIVED if ARCHIVED in answer.headers.get("link", "") else "")
            body, etag = answer.body, answer.headers.get("etag")
        is_new = self._files.put(document.file, body)
        return Row(document.file, state, etag), len(body) if is_new else None
