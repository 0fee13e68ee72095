"""Plain text that is neither UTF-8 nor UTF-16 is read where its bytes are clear, and refused where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.article import Capture
from service.findings import HELP
from service.ingest.formats.encoding import NotTextError, decode_plain
from service.ingest.reader import Refused, read_file

if TYPE_CHECKING:
    from pathlib import Path

ARABIC = (
    "إغلاق الطريق الساحلي بسبب الأمطار\n\nنشر يوم 5 مارس 2023\n\nقالت وزارة التجهيز، في بلاغ لها، إن الطريق الساحلي "
    "مغلق إلى غاية يوم الأحد.\nوأضافت أن فرق الصيانة تواصل عملها في عين المكان، ودعت السائقين إلى الحذر.\n"
)
FRENCH = (
    "La route côtière fermée à cause des pluies\n\nPublié le 5 mars 2023\n\nLe ministère a indiqué que la route côtière est "
    "fermée jusqu'à dimanche.\nLes équipes sont présentes sur place, où les dégâts sont étendus.\n"
)
TURKISH = (
    "Sahil yolu yağmur nedeniyle kapatıldı\n\nBakanlık, yolun pazar gününe kadar kapalı olacağını ve çalışmaların sürdüğünü "
    "açıkladı. Sürücüler için başka bir güzergâh gösterildi, ancak bu yol da ıslak.\n"
)
HEBREW = (
    "כביש החוף נסגר בגלל הגשם\n\nמשרד התחבורה אמר כי הכביש סגור עד יום ראשון, וכי הצוותים עובדים על תיקון הנזק של הלילה.\n"
    "הנהגים התבקשו לנסוע בדרך אחרת, אבל גם היא רטובה מאוד.\n"
)


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (ARABIC, "cp1256", "windows-1256"),
        (ARABIC * 400, "cp1256", "windows-1256"),
        (FRENCH, "cp1252", "windows-1252"),
        (TURKISH, "cp1254", "windows-1254"),
        (HEBREW, "cp1255", "windows-1255"),
        (ARABIC.replace("،", ""), "iso8859_6", "ISO 8859-6"),
    ],
)
def test_a_clear_encoding_is_read_and_named(text: str, codec: str, name: str) -> None:
    assert decode_plain(text.encode(codec)) == (text, name)


@pytest.mark.parametrize("raw", [ARABIC.encode(), ARABIC.encode("utf-16"), b"\xef\xbb\xbf" + ARABIC.encode(), b"plain"])
def test_what_says_its_encoding_is_not_guessed(raw: bytes) -> None:
    assert decode_plain(raw)[1] is None


@pytest.mark.parametrize(
    "raw",
    [
        "خبر عاجل".encode("cp1256"),
        "café".encode("latin-1"),
        ARABIC.encode()[:-3] + b"\xd9",
        ARABIC.encode().replace(b"\xd9\x84", b"\xd9", 3),
        FRENCH.encode()[:60] + b"\xff" + FRENCH.encode()[60:],
        bytes(range(128, 256)) * 4,
        ("Москва сообщила, что в городе прошёл дождь и это было вчера. " * 4).encode("koi8-r"),
        ("北京今天的天气很好，我们去公园。" * 10).encode("gb2312"),
        b"\xff\xfe" + ARABIC.encode("utf-16-le") + b"a",
    ],
    ids=["short", "one word", "cut off", "damaged", "a stray byte", "every byte", "koi8-r", "gb2312", "broken UTF-16"],
)
def test_what_is_not_clear_is_refused(raw: bytes) -> None:
    with pytest.raises(NotTextError) as caught:
        decode_plain(raw)
    assert caught.value.code == "invalid-utf-8"


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_a_guessed_capture_is_published_with_a_finding(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    path.write_bytes(ARABIC.encode("cp1256"))
    capture = read_file(path)
    assert isinstance(capture, Capture)
    assert capture.text.startswith("إغلاق الطريق الساحلي")
    assert capture.raw == ARABIC.encode("cp1256")
    (issue,) = (issue for issue in capture.issues if issue.code == "guessed-encoding")
    assert "windows-1256" in issue.message
    assert "UTF-8" in issue.message
    assert "guessed-encoding" in HELP


def test_front_matter_of_a_guessed_capture_counts(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(("---\noutlet: goud\n---\n" + ARABIC).encode("cp1256"))
    capture = read_file(path)
    assert isinstance(capture, Capture)
    assert capture.declared["outlet"] == "goud"


def test_json_is_utf_8_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(('{"text": "' + ARABIC.replace("\n", " ") + '"}').encode("cp1256"))
    result = read_file(path)
    assert isinstance(result, Refused)
    assert result.issue.code == "invalid-utf-8"
