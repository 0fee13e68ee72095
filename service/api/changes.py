"""The log of changes: what a mirror needs to stay exact, without clocks.

A token names the database's history and a revision of it. Of a database that was made anew the old one means nothing:
whoever gives it is told to start again, so that nothing is missed in silence.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schemas.changes import ChangesBody, ChangesQuery
from service.api import fragments
from service.api.blueprints import Blueprint
from service.api.fragments import dump
from service.conditional import Validators
from service.documents import Document, answer, has_current
from service.errors import CursorError, LineageError
from service.formats import CONTENT_TYPES
from service.services import services
from service.store import EVERYTHING, Place, Tombstone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.store import Channel, Reader

RENDERING = "changes-1"
TOKEN = struct.Struct(">16sq")
# Bytes that make a token, with its check, whole characters of base64.
CHECK = 3

changes = Blueprint("changes", "/changes", "Every edit and withdrawal, in order.")


@changes.get("")
@changes.arguments(ChangesQuery, location="query")
@changes.response(200, ChangesBody)
@changes.fails(400, 404, 410, 503)
def list_changes(loaded: dict[str, Any]) -> Any:
    """List what was published, edited and withdrawn since a token, oldest first.

    Apply each change by its id, keep `token`, and ask again with it: at once while there is more. 410 means that the
    database was made anew: forget what you have and begin without a token.
    """
    store, links = services().store, services().links
    since, limit = loaded.get("since"), loaded["limit"]

    def validators_of(channel: Channel) -> Validators:
        state = (channel.lineage, channel.revision)
        return Validators.of(RENDERING, links, since, limit, state, changed=None)

    found = store.channel()
    validators, body = validators_of(found), None
    if not has_current(validators):
        with store.reader() as reader:
            found = reader.channel()
            validators, body = validators_of(found), _body(reader, found, since, limit)
    return answer(Document(body=body, validators=validators, watched=(EVERYTHING, found)), CONTENT_TYPES["json"])


def token_of(lineage: UUID, revision: int) -> str:
    """Return the token of a state."""
    named = TOKEN.pack(lineage.bytes, revision)
    return base64.urlsafe_b64encode(named + _check(named)).decode("ascii")


def revision_of(token: str | None, lineage: UUID) -> int:
    """Return the revision that a token names.

    Raises CursorError where it is damaged, LineageError where it is of another database. That it has the form of one is
    seen to by the schema.
    """
    if token is None:
        return 0
    packed = base64.urlsafe_b64decode(token)
    named, check = packed[: TOKEN.size], packed[TOKEN.size :]
    if check != _check(named):
        raise CursorError("the token is damaged; give one as it was given, or none to start again", "since")
    of, revision = TOKEN.unpack(named)
    if UUID(bytes=of) != lineage:
        raise LineageError
    return int(revision)


def _check(named: bytes) -> bytes:
    """Return what tells a token from any other string: only one that was given may say that all has to start again."""
    return hashlib.blake2b(named, digest_size=CHECK).digest()


def _body(reader: Reader, channel: Channel, since: str | None, limit: int) -> bytes:
    found = reader.changed(revision_of(since, channel.lineage), limit + 1)
    shown, has_more = found[:limit], len(found) > limit
    reached = shown[-1].revision if has_more else channel.revision
    token = token_of(channel.lineage, reached)
    links = services().links
    around = {"token": token, "has_more": has_more, "next": links.api("changes", {"since": token, "limit": str(limit)})}
    return b'{"items":[' + b",".join(_items(reader, shown)) + b"]," + dump(around)[1:]


def _items(reader: Reader, shown: Sequence[Place | Tombstone]) -> list[bytes]:
    places = [each for each in shown if isinstance(each, Place)]
    links = services().links
    written = dict(zip(places, fragments.read(reader, places), strict=True))
    ids = dict(zip(places, (entry_id for entry_id, _ in reader.identities(places)), strict=True))
    items = []
    for each in shown:
        if isinstance(each, Tombstone):
            gone = {"kind": "withdrawn", "id": str(each.id), "revision": each.revision, "withdrawn": each.withdrawn.isoformat()}
            items.append(dump(gone))
        else:
            said = {"kind": "published", "id": str(ids[each]), "revision": each.revision}
            items.append(dump(said)[:-1] + b',"article":{' + links.settle(written[each].item(("outlet", "body"))) + b"}}")
    return items
