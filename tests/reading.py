"""What the reader makes of a file, for tests of the formats, and files to read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from service.article import Capture
from service.ingest.reader import Refused, read_content

PAGES = Path(__file__).parent / "formats"
TEXT = "عنوان الخبر\n\nفقرة أولى من الخبر.\n"
RSS_ITEM = """<item><title>خبر &amp;amp; أول</title><link>https://e.com/1</link><guid isPermaLink="false">urn:x:1</guid>
<pubDate>Tue, 26 Dec 2023 12:30:00 +0100</pubDate><author>a@e.com (سعاد)</author><category>ماء</category>
<category>سدود</category><description>&lt;p&gt;أ&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;&lt;p&gt;ب&lt;/p&gt;</description></item>"""
XXE = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"


def read(raw: bytes | str, name: str) -> list[Capture | Refused]:
    return list(read_content(raw.encode() if isinstance(raw, str) else raw, name))


def one(raw: bytes | str, name: str) -> Capture:
    (capture,) = read(raw, name)
    assert isinstance(capture, Capture), capture
    return capture


def codes(results: list[Capture | Refused]) -> dict[str, str]:
    return {result.name: result.issue.code for result in results if isinstance(result, Refused)}


def named(results: list[Capture | Refused]) -> list[str]:
    return [result.name for result in results if isinstance(result, Capture)]


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


def feed(*items: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>صحيفة</title>{"".join(items)}</channel></rss>'
