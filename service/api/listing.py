"""A list of articles: from what is asked for to a page of it, joined from fragments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.articles import LIMIT, MOST_NUMBERED, EvidenceBody, SnippetBody, TotalBody
from service import search
from service.api import fragments
from service.api.fragments import dump
from service.errors import ContradictionError, PageError
from service.queries import query_of, watched_by
from service.store import Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.article import Entry
    from service.links import Links
    from service.store import ArticleQuery, Channel, Place, Reader, Term

ORDERS = {"published": Order.PUBLISHED, "revised": Order.REVISION, "relevance": Order.RELEVANCE}
# Characters of a snippet.
WIDTH = 240
EVIDENCE, SNIPPET, TOTAL = EvidenceBody(many=True), SnippetBody(), TotalBody()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is asked for: a query, what of each article, and the parameters that further pages share."""

    query: ArticleQuery
    page: int | None
    fields: Sequence[str]
    expand: Sequence[str]
    said: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, loaded: Mapping[str, Any], said: Mapping[str, Sequence[str]]) -> Asked:
        """Return what loaded parameters ask for; `said` are the same as they stand in the address."""
        sort = loaded.get("sort") or ("relevance" if loaded.get("q") else "published")
        if sort == "relevance" and "q" not in loaded:
            raise ContradictionError("sort", "without a search nothing is more relevant; give `q` as well")
        page = _numbered(loaded)
        limit = loaded.get("page_size" if page else "limit", LIMIT)
        query = query_of(
            loaded,
            order=ORDERS[sort],
            limit=limit,
            offset=(page - 1) * limit if page else 0,
            cursor=loaded.get("cursor"),
        )
        return cls(
            query=query,
            page=page,
            fields=loaded.get("fields_", ()),
            expand=loaded.get("expand", ()),
            said={name: values for name, values in said.items() if name not in ("cursor", "page")},
        )

    @property
    def watched(self) -> Term:
        """The channel that tells whether the list may have changed."""
        return watched_by(self.query)

    @property
    def needs_entries(self) -> bool:
        """Whether what is asked for is not in the fragments."""
        return self.has_evidence or self.query.text is not None

    @property
    def has_evidence(self) -> bool:
        """Whether it is asked why articles have their values."""
        return "evidence" in self.expand and (not self.fields or "evidence" in self.fields)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list: the articles as JSON objects, and the links around it by relation."""

    items: Sequence[bytes]
    links: Mapping[str, str]
    total: bytes | None = None

    def body(self) -> bytes:
        """Return the page as JSON."""
        around = b"".join(b',"' + name.encode() + b'":' + dump(self.links.get(name)) for name in ("next", "prev", "first"))
        total = b"" if self.total is None else b',"total":' + self.total
        return b'{"items":[' + b",".join(self.items) + b"]" + total + around + b"}"

    def link_header(self) -> str:
        """Return the links as RFC 8288 has them in a header."""
        return ", ".join(f'<{url}>; rel="{relation}"' for relation, url in self.links.items())


def _numbered(loaded: Mapping[str, Any]) -> int | None:
    """Return the number of the page asked for, if any; raises ContradictionError, CursorError."""
    page: int | None = loaded.get("page")
    if page is None:
        if "page_size" in loaded:
            raise ContradictionError("page_size", "give `page` as well, or use `limit`")
        return None
    for name in ("cursor", "limit"):
        if name in loaded:
            raise ContradictionError(name, "give either `page` with `page_size`, or `limit` with `cursor`")
    if page * loaded.get("page_size", LIMIT) > MOST_NUMBERED:
        raise PageError(MOST_NUMBERED)
    return page


def read(reader: Reader, asked: Asked, links: Links, channel: Channel) -> Listed:
    """Return the page asked for; raises CursorError, SearchError, QueryTimeoutError."""
    found = reader.places(asked.query, bound=channel.revision)
    total = None if asked.page is None else dump(TOTAL.dump(reader.total(asked.query)))
    # The clock is for searches: a busy machine may need longer for a long page of what was found.
    reader.take_time()
    items = items_of(reader, asked, links, found.places)
    around = {"first": links.api_articles(asked.said)}
    if asked.page is None:
        cursors = {"next": found.next, "prev": found.previous}
        around |= {name: links.api_articles({**asked.said, "cursor": at.encode()}) for name, at in cursors.items() if at}
        return Listed(items, around)
    around["first"] = links.api_articles({**asked.said, "page": "1"})
    if found.next and (asked.page + 1) * asked.query.limit <= MOST_NUMBERED:
        around["next"] = links.api_articles({**asked.said, "page": str(asked.page + 1)})
    if asked.page > 1:
        around["prev"] = links.api_articles({**asked.said, "page": str(asked.page - 1)})
    return Listed(items, around, total)


def items_of(reader: Reader, asked: Asked, links: Links, places: Sequence[Place]) -> list[bytes]:
    """Return the articles at these places as JSON objects."""
    members = [links.settle(fragment.item(asked.expand)) for fragment in fragments.read(reader, places)]
    if asked.needs_entries:
        entries = reader.entries([place.sequence for place in places])
        members = [before + _more(asked, entries[place.sequence]) for before, place in zip(members, places, strict=True)]
    whole = [b"{" + each + b"}" for each in members]
    return [_only(each, asked.fields) for each in whole] if asked.fields else whole


def _more(asked: Asked, entry: Entry) -> bytes:
    """Return the members that only the entry itself has, each after a comma."""
    more = b""
    if asked.query.text is not None:
        piece = search.snippet("\n".join(entry.article.body), search.parse(asked.query.text), WIDTH)
        more += b',"snippet":' + dump(SNIPPET.dump(piece))
    if asked.has_evidence:
        more += b',"evidence":' + dump(EVIDENCE.dump(entry.article.evidence))
    return more


def _only(item: bytes, names: Sequence[str]) -> bytes:
    whole = json.loads(item)
    return dump({name: whole[name] for name in names if name in whole})
