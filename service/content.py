"""What subscribers see of an article, and the hash by which a change of it is known. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from service.article import ATTRIBUTED

if TYPE_CHECKING:
    from service.article import Article


def hash_content(article: Article) -> str:
    """Return a hash of all that subscribers see of an article, as 32 hexadecimal digits.

    Issues are left out, and all of the evidence but how far it is trusted who published the article and when: explaining
    a value better is no change of the article. That much feeds tell and filters ask for.
    """
    text = json.dumps(seen(article), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def seen(article: Article) -> dict[str, object]:
    """Return what subscribers see of an article."""
    return {
        "url": article.url,
        "title": article.title,
        "subtitle": article.subtitle,
        "authors": article.authors,
        "agency": article.agency,
        "section": article.section,
        "tags": article.tags,
        "via": article.via and article.via.key,
        "summary": article.summary,
        "body": article.body,
        "language": article.language,
        "outlet": article.outlet and (article.outlet.key, article.outlet.name_ar, article.outlet.name_latin),
        "published": article.published and (article.published.edtf, article.published.zone_source),
        "modified": article.modified and (article.modified.edtf, article.modified.zone_source),
        "confidence": {name: why.confidence.value for name in ATTRIBUTED if (why := article.why(name))},
    }
