"""The feeds: a channel, written in a format, answered with validators."""

from __future__ import annotations

from flask import Blueprint, Response

from service.conditional import Validators
from service.feeds import atom
from service.services import services
from service.sharing import shared
from service.store import ArticleQuery, Order

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")

LENGTH = 50


@blueprint.get("/all.atom")
def all_atom() -> Response:
    """Answer with the Atom feed of the entries that changed last."""
    config, store, links = services().config, services().store, services().links
    channel = store.channel()
    settings = (links, config.site_title, config.site_language)
    validators = Validators.of(atom.RENDERING, settings, channel.digest, changed=channel.changed)
    response = validators.not_modified()
    if response is None:
        page = store.page(ArticleQuery(order=Order.REVISION, limit=LENGTH))
        feed = atom.Feed(
            links=links,
            title=config.site_title,
            language=config.site_language,
            changed=channel.changed,
            entries=page.entries,
        )
        response = validators.put_on(Response(atom.render(feed), content_type=atom.CONTENT_TYPE))
    return shared(response)
