"""The kinds of problems of which more is to be said than their status: each has an address, which says it."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of problem: its title, and what to do about it."""

    title: str
    advice: str


KINDS = {
    "bad-body": Kind(
        "The body cannot be read",
        "Send JSON (RFC 8259) in UTF-8 without a byte order mark: each member once, no NaN or Infinity, no more than 64 levels. "
        "As application/x-ndjson each line is one such object.",
    ),
    "bad-token": Kind(
        "No good token",
        "Send `Authorization: Bearer TOKEN`. Who runs the service makes tokens (`nashra token create`) and sees with "
        "`nashra token list` whether one was revoked or has expired.",
    ),
    "curated": Kind(
        "Withdrawn by a curator",
        "A person took this source out of what is published, and nothing brings it back by accident. A token with the scope "
        "`curate` may PUT it again, or who runs the service says `nashra reinstate SOURCE`.",
    ),
    "key-in-use": Kind(
        "The same request is under way",
        "A request with this Idempotency-Key has not been answered yet. Wait as long as Retry-After says, and send it again "
        "to get its answer.",
    ),
    "key-reused": Kind(
        "The key belongs to another request",
        "An Idempotency-Key stands for one request: method, address, conditions and body. Make a new key, such as a UUID, for "
        "each, and keep it only for sending the very same again. Keys are forgotten after 24 hours.",
    ),
    "made-anew": Kind(
        "The collection was made anew",
        "The token of a list of changes is of another database, or of this one before it was made anew. Forget what you "
        "mirrored, and begin without a token.",
    ),
    "missing-scope": Kind(
        "The token is not good for this",
        "Captures need a token with the scope `write`, corrections of articles one with `curate`. A token keeps the scopes it "
        "was made with; make another.",
    ),
    "precondition-failed": Kind(
        "The article is another by now",
        "If-Match named an ETag that the article does not have, or If-None-Match: * met one that is there. GET the article, "
        "look at what changed, and send your change with its present ETag.",
    ),
    "query-timeout": Kind(
        "The query would take too long", "Ask for less: longer or fewer words, more filters, a shorter range of dates."
    ),
    "rate-limited": Kind(
        "Too many requests",
        "Wait as long as Retry-After says. RateLimit-Remaining tells beforehand how many requests are left, RateLimit-Reset "
        "in how many seconds all are back. Many captures go into one request as application/x-ndjson.",
    ),
    "unusable-record": Kind(
        "The record cannot be used",
        "`errors` names the member by its JSON pointer. A record is an object with `text` (or `html`), and a `url` by which "
        "it is known again; all else may be left out.",
    ),
    "withdrawn": Kind("Withdrawn", "It was published once and is not any more. Delete your copy."),
    "writing-off": Kind(
        "Writing is off",
        "No token was ever made here, so nothing can be written over HTTP. Who runs the service says "
        "`nashra token create NAME --scope write`.",
    ),
}


def kind_named(name: str) -> Kind | None:
    """Return a kind of problem; None where there is none of this name."""
    return KINDS.get(name)
