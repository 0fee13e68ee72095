"""The feeds: a channel, written in a format, answered with validators."""

from __future__ import annotations

from flask import Blueprint, Response

from service.conditional import Validators
from service.feeds import atom
from service.services import services
from service.sharing import shared
from service.store import ArticleQuery, Channel, Order

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")

LENGTH = 50


@blueprint.get("/all.atom")
def all_atom() -> Response:
    """Answer with the Atom feed of the entries that changed last."""
    config, store, links = services().config, services().store, services().links
    settings = (links, config.site_title, config.site_language)
    channel = store.channel()
    response = _validators(settings, channel).not_modified()
    if response is None:
        with store.reader() as reader:
            # The state again, as the page sees it: another may have been published since.
            channel, page = reader.channel(), reader.page(ArticleQuery(order=Order.REVISION, limit=LENGTH))
        feed = atom.Feed(
            links=links,
            title=config.site_title,
            language=config.site_language,
            changed=channel.changed,
            entries=page.entries,
        )
        response = _validators(settings, channel).put_on(Response(atom.render(feed), content_type=atom.CONTENT_TYPE))
    return shared(response)


def _validators(settings: tuple[object, ...], channel: Channel) -> Validators:
    return Validators.of(atom.RENDERING, settings, channel.digest, changed=channel.changed)
