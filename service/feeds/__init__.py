"""The feeds: a channel, written in a format, answered with validators that cost no look at an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from schemas.feeds import ArchiveQuery, FeedQuery, OpmlQuery, SearchFeedQuery
from schemas.queries import FilterQuery
from service.arguments import arguments
from service.channels import archive_named, term_named
from service.conditional import Validators
from service.documents import Document, allow_scripts, answer, has_current, is_conditional
from service.errors import ArchiveNotFoundError, ChannelNotFoundError
from service.feeds import deltas, fragments, opml
from service.feeds.channels import Subscription
from service.feeds.documents import Asked, Press
from service.links import FACETS
from service.queries import query_of
from service.services import services
from service.store import EVERYTHING, Facet, Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.feeds.documents import Written
    from service.store import Archive, Channel, Term

blueprint = Blueprint("feeds", __name__)
blueprint.after_request(allow_scripts)

FILTERS = FilterQuery()
# Where readers and people look for a feed that they were not told of.
GUESSES = {
    "/feed": "atom",
    "/rss": "rss",
    "/atom.xml": "atom",
    "/feed.xml": "atom",
    "/rss.xml": "rss",
    "/index.xml": "rss",
    "/feed.json": "json",
    "/feeds/all": "atom",
    "/feeds/all.xml": "atom",
}
# Browsers offer the media types of feeds for download or show their source; XML they show by its style sheet.
SHOWN_AS = {"atom": "application/xml; charset=utf-8", "rss": "application/xml; charset=utf-8"}


def everything(form: str) -> Response:
    """Answer with the entries that changed last."""
    return _page(Subscription.to(EVERYTHING), form, arguments(FeedQuery))


def channel(collection: str, said: str, form: str) -> Response:
    """Answer with the entries of an outlet, tag, author, section or language that changed last."""
    term = term_named(collection, said)
    if term.value != said:
        return _moved(services().links.feed(term, form))
    return _page(Subscription.to(term), form, arguments(FeedQuery))


def search(form: str) -> Response:
    """Answer with the entries of a query that changed last."""
    loaded = arguments(SearchFeedQuery)
    return _page(Subscription.to_query(query_of(loaded, order=Order.REVISION), _said()), form, loaded)


@blueprint.get("/feeds.opml")
def subscriptions() -> Response:
    """Answer with the feeds of all channels that have an entry, of those of a query where one is asked for."""
    loaded, store, press = arguments(OpmlQuery), services().store, _press()
    facets, form = [Facet(name) for name in loaded["facet"]], loaded["format"]
    subscription = Subscription.to_query(query_of(loaded, order=Order.REVISION), _said())
    if not subscription.query.is_filtered:
        subscription = Subscription.to(EVERYTHING)
    watched = subscription.watched
    said = (opml.VERSION, press.appearance, facets, form, subscription)
    validators = _validators_of(store.channel(watched), said)
    if has_current(validators):
        return answer(Document(body=None, validators=validators), opml.CONTENT_TYPE)
    with store.reader(is_limited=True) as reader:
        found = reader.channel(watched)
        listed = reader.facets(facets, subscription.query, opml.MOST_FEEDS)
    body = opml.write(subscription, found, listed, form, press)
    document = Document(body=body, validators=_validators_of(found, said), watched=(watched, found))
    return answer(document, opml.CONTENT_TYPE, headers=[("Content-Disposition", 'attachment; filename="nashra.opml"')])


def archive_of_everything(name: str, form: str) -> Response:
    """Answer with the entries of a month."""
    return _archive(EVERYTHING, archive_named(name), form)


def archive(collection: str, said: str, name: str, form: str) -> Response:
    """Answer with the entries of a channel of a month."""
    term, wanted = term_named(collection, said), archive_named(name)
    if term.value != said:
        return _moved(services().links.archive(term, wanted, form))
    return _archive(term, wanted, form)


def guessed() -> Response:
    """Send a reader that guessed where the feed is to it."""
    return _moved(services().links.feed(form=GUESSES[request.path]))


for guess in GUESSES:
    blueprint.add_url_rule(guess, view_func=guessed)
# Each format has routes of its own: whoever counts requests by them sees which formats readers take.
for form in fragments.FORMATS:
    of_form = {"form": form}
    blueprint.add_url_rule(f"/feeds/all.{form}", view_func=everything, defaults=of_form)
    blueprint.add_url_rule(f"/feeds/search.{form}", view_func=search, defaults=of_form)
    blueprint.add_url_rule(f"/feeds/all/archives/<name>.{form}", view_func=archive_of_everything, defaults=of_form)
    for collection in FACETS:
        of_both = of_form | {"collection": collection}
        blueprint.add_url_rule(f"/feeds/{collection}/<said>.{form}", view_func=channel, defaults=of_both)
        blueprint.add_url_rule(f"/feeds/{collection}/<said>/archives/<name>.{form}", view_func=archive, defaults=of_both)


def _moved(url: str) -> Response:
    query = request.query_string.decode("latin-1")
    separator = "&" if "?" in url else "?"
    return redirect(f"{url}{separator}{query}" if query else url, 301)  # type: ignore[return-value]


def _page(subscription: Subscription, form: str, loaded: Mapping[str, object]) -> Response:
    store, press = services().store, _press()
    parameters = {name: str(loaded[name]) for name in ("content", "limit") if name in loaded}
    asked = Asked(
        subscription=subscription,
        form=form,
        is_full=loaded.get("content", press.config.feed_content) == "full",
        limit=int(str(loaded.get("limit", press.config.feed_length))),
        cursor=str(loaded["cursor"]) if "cursor" in loaded else None,
        parameters=parameters,
    )
    if is_conditional():
        found = _known(subscription, store.channel(subscription.watched))
        validators = _validators(asked, found, press)
        if has_current(validators):
            return _answer(asked.form, None, validators, subscription.watched, found)
    with store.reader(is_limited=subscription.term is None) as reader:
        # As the page sees it: another may have been published since.
        found = _known(subscription, reader.channel(subscription.watched))
        validators = _validators(asked, found, press)
        if (since := deltas.since(found)) is not None:
            return deltas.answer(press.delta(reader, asked, found, since), fragments.FORMATS[form].CONTENT_TYPE, validators)
        written = press.page(reader, asked, found)
    deltas.remember(validators, found)
    return _answer(form, written, validators, subscription.watched, found)


def _archive(term: Term, wanted: Archive, form: str) -> Response:
    loaded, press, subscription = arguments(ArchiveQuery), _press(), Subscription.to(term)
    asked = Asked(
        subscription=subscription,
        form=form,
        is_full=loaded.get("content", press.config.feed_content) == "full",
        limit=0,
        parameters={},
    )
    with services().store.reader() as reader:
        found = _known(subscription, reader.channel(term))
        written = press.archive(reader, asked, found, wanted)
    if written is None:
        raise ArchiveNotFoundError(wanted.name)
    # By its content: other months of the channel change, and this one stays what it is.
    validators = Validators.of(written.body, changed=written.feed.changed)
    return _answer(form, written, validators, term, found)


def _said() -> dict[str, list[str]]:
    """Return the filters as they stand in the address of the current request."""
    return {name: values for name, values in request.args.lists() if name in FILTERS.fields}


def _press() -> Press:
    return Press(services().config, services().links)


def _known(subscription: Subscription, found: Channel) -> Channel:
    term = subscription.term
    if term and term != EVERYTHING and not found.is_known:
        raise ChannelNotFoundError(term.facet.value, term.value)
    return found


def _validators_of(found: Channel, said: object) -> Validators:
    return Validators.of(said, (found.digest, found.withdrawn, found.label), changed=found.changed)


def _validators(asked: Asked, found: Channel, press: Press) -> Validators:
    said = (asked.form, asked.is_full, asked.limit, asked.cursor, sorted(asked.parameters), asked.subscription)
    state = (found.digest, found.withdrawn, found.label)
    return Validators.of(fragments.VERSION, press.appearance, said, state, changed=found.changed)


def _answer(form: str, written: Written | None, validators: Validators, watched: Term, found: Channel) -> Response:
    content_type = fragments.FORMATS[form].CONTENT_TYPE
    document = Document(
        body=None if written is None else written.body,
        validators=validators,
        watched=(watched, found),
        shown_as=SHOWN_AS.get(form),
    )
    if written is None:
        return answer(document, content_type)
    return answer(
        document,
        content_type,
        max_age=written.max_age,
        headers=[("Link", written.link_header(fragments.FORMATS[form].MEDIA_TYPE))],
    )
