"""A page as it is answered: rendered, with its validators, and with the links that programs follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from flask import Response, render_template

from service.article import RTL_LANGUAGES
from service.channels import collection_name, language_name
from service.conditional import Validators
from service.documents import Document, answer
from service.links import COLLECTIONS
from service.services import services
from service.store import EVERYTHING, Facet, Term
from service.web import days
from service.web.offers import MEDIA_TYPES, Offer
from service.web.words import words_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.store import Channel

# Part of every validator: raise it when the same entries are shown differently.
RENDERING = "web-2"
HTML = "text/html; charset=utf-8"
# The pages load their own style sheet and icon, and nothing else from anywhere.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# Entries on a page that lists them.
LENGTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows and says of itself.

    `url` is its address for good. `offers` are the channels that it is about, the most specific first; what is
    published altogether is offered everywhere. `is_part` tells search engines that it only cuts out what other pages
    show.
    """

    template: str
    url: str
    title: str
    description: str
    offers: tuple[Offer, ...] = ()
    is_part: bool = False
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self) -> bytes:
        """Return the page as HTML."""
        return render_template(self.template, page=self, **self.values).encode()

    def link_header(self) -> str:
        """Return the links as RFC 8288 has them in a header."""
        links = services().links
        everything = Offer.of(EVERYTHING, "", links, services().config)
        feeds = [
            f'<{url}>; rel="alternate"; type="{MEDIA_TYPES[form]}"' + (f'; hreflang="{offer.language}"' if offer.language else "")
            for offer in (*self.offers, everything)
            for form, url in offer.urls.items()
        ]
        search = f'<{links.opensearch}>; rel="search"; type="application/opensearchdescription+xml"'
        return ", ".join([f'<{self.url}>; rel="canonical"', *feeds, search])


def validators_of(channel: Channel, *said: object) -> Validators:
    """Return the validators of a page that shows a channel in its present state; `said` is all else it depends on."""
    # The addresses of older pages name the lineage and the revision.
    state = (channel.lineage, channel.revision, channel.digest, channel.label)
    return validators_by(state, *said)


def validators_by(*said: object) -> Validators:
    """Return the validators of a page that depends on `said` alone."""
    return Validators.of(RENDERING, _appearance(), *said, changed=None)


def respond(page: Page, validators: Validators, watched: tuple[Term, Channel] | None) -> Response:
    """Answer with a page, which is good while a channel stays in its state."""
    document = Document(body=page.render(), validators=validators, watched=watched)
    return answer(document, HTML, headers=[("Link", page.link_header())])


def unchanged(validators: Validators) -> Response:
    """Answer that the client has the page."""
    return answer(Document(body=None, validators=validators), HTML)


def page_context() -> dict[str, Any]:
    """Give every template the site, its words and its addresses."""
    config, links = services().config, services().links
    language, words = words_in(config.site_language)
    return {
        "site": config,
        "links": links,
        "words": words,
        "page_language": language,
        "page_direction": "rtl" if language in RTL_LANGUAGES else "ltr",
        "everything": Offer.of(EVERYTHING, "", links, config),
        "collections": [(collection_name(facet, language), links.collection(facet)) for facet in COLLECTIONS],
        "channel_page": _channel_page,
        "day": lambda dated, outlet: days.day(dated, language, outlet.country if outlet else None),
        "clock": days.clock,
        "country_name": lambda code: _country_name(code, language),
        "language_name": lambda tag: language_name(tag, language),
    }


def harden(response: Response) -> Response:
    """Tell browsers to take every answer for what it says it is and to load nothing from elsewhere."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _appearance() -> tuple[object, ...]:
    config = services().config
    return services().links, config.site_title, config.site_language


def _channel_page(facet: str, said: str) -> str | None:
    """Return the page of what an article says for a facet; None for what has no key, such as a tag of signs alone."""
    term = Term.of(Facet(facet), said)
    return services().links.channel(term) if term.value else None


def _country_name(code: str, language: str) -> str:
    try:
        return str(Locale(language).territories.get(code, code))
    except UnknownLocaleError:
        return code
