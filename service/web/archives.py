"""The archives of channels as pages: every article by month of publication, in parts that stay what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect

from schemas.pages import PlainQuery
from service.arguments import arguments
from service.channels import archive_named, name_of, term_named
from service.documents import has_current
from service.errors import ArchiveNotFoundError
from service.services import services
from service.store import EVERYTHING
from service.web.days import month_name
from service.web.pages import Page, respond, unchanged, validators_by
from service.web.words import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from service.article import Entry
    from service.store import Archive, Term


def of_everything(name: str) -> Response:
    """Show the articles of a month."""
    return _archive(EVERYTHING, archive_named(name))


def of_channel(collection: str, said: str, name: str) -> Response:
    """Show the articles of a month that an outlet, tag, author, section or language has."""
    term, wanted = term_named(collection, said), archive_named(name)
    if term.value != said:
        return redirect(services().links.archive_page(term, wanted), 301)  # type: ignore[return-value]
    return _archive(term, wanted)


def _archive(term: Term, wanted: Archive) -> Response:
    arguments(PlainQuery)
    with services().store.reader() as reader:
        found, channel = reader.archive(term, wanted), reader.channel(term)
        entries = reader.entries([place.sequence for place in found.places])
    if not found.places:
        raise ArchiveNotFoundError(wanted.name)
    newest_first = [entries[place.sequence] for place in reversed(found.places)]
    # By what it shows: other months of the channel change, and this one stays what it is.
    shown = [(entry.id, entry.content_hash, entry.revised) for entry in newest_first]
    validators = validators_by(term, channel.label, wanted, found.previous, found.next, shown)
    if has_current(validators):
        return unchanged(validators)
    page = _page(term, channel.label, wanted, newest_first, (found.next, found.previous))
    return respond(page, validators, (term, channel))


def _page(
    term: Term, label: str, wanted: Archive, entries: Sequence[Entry], around: tuple[Archive | None, Archive | None]
) -> Page:
    config, links = services().config, services().links
    language, words = words_in(config.site_language)
    name = words["bulletin"] if term == EVERYTHING else name_of(term, label, language)
    newer, older = (links.archive_page(term, archive) if archive else None for archive in around)
    month = month_name(wanted.month, language) if wanted.month[0].isdigit() else words["unknown_date"]
    title = f"{name}{words['comma']}{month}" + (f" ({wanted.part})" if wanted.part > 1 else "")
    return Page(
        template="archive.html",
        url=links.archive_page(term, wanted),
        title=title,
        description=f"{config.site_title}{words['colon']}{title}",
        is_part=True,
        values={"name": name, "newest": links.channel(term), "newer": newer, "older": older, "entries": entries},
    )
