"""From bytes to text: UTF-8 and UTF-16 for texts, what a page declares or shows for HTML."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

# A text has hardly any control characters; a program, picture or archive is full of them.
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
BINARY_SHARE = 0.02
# So many stray ones are cleaned out of the shortest text.
FEW_CONTROLS = 16
NO_TEXT = "this is no text; save the page's text as a .txt file in UTF-8"
UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
# HTML wants the declaration in the first 1024 bytes; pages that put it later are read all the same.
DECLARATION_WITHIN = 8192
CHARSET = re.compile(rb"""<(?:meta[^>]{1,200}?charset|\?xml[^>]{1,80}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
# A page may not name any codec that Python knows: `unicode_escape` is one of them.
CODECS = re.compile(
    r"utf-?8|(?:windows|cp)-?(?:125\d|874)|iso-?8859-?\d{1,2}|us-ascii|koi8-[ru]|mac-?arabic"
    r"|gb(?:k|2312|18030)|big5|shift[-_]jis|euc-(?:jp|kr)|iso-2022-jp"
)
# What browsers read under these names.
BROWSERS_READ = {"iso-8859-1": "windows-1252", "us-ascii": "windows-1252", "iso-8859-9": "windows-1254"}
# What an undeclared page is guessed from: its first part tells as much as all of it, and Arabic is the likely one.
GUESS_FROM = 64 * 1024
LIKELY = ["cp1256", "cp1252", "iso8859_6", "cp1254", "cp1251", "cp1255"]
# Beyond this share of damaged characters a page is not in the encoding it was tried in.
DAMAGED_SHARE = 0.01


class NotTextError(ValueError):
    """Bytes that are no text; `code` is the code of the refusal."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def decode_text(raw: bytes) -> str:
    """Return UTF-8 or UTF-16 bytes as text; raises NotTextError."""
    encoding = "utf-16" if raw.startswith(UTF_16_BOMS) else "utf-8"
    if encoding == "utf-8":
        _require_text(len(raw), len(raw.translate(None, CONTROLS)))
    try:
        # A lone surrogate is written by broken converters as three bytes that strict UTF-8 refuses; the text
        # around it is good, and `clean` drops it.
        text = raw.decode(encoding, "surrogatepass").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        at = f"byte {error.start + 1} ({raw[error.start]:#04x})"
        message = f"{at} is no UTF-8; open it in an editor and save it as UTF-8"
        raise NotTextError("invalid-utf-8", message) from error
    _require_text(len(text), len(text.translate(dict.fromkeys(CONTROLS))))
    return text


def decode_html(raw: bytes) -> str:
    """Return a page as text, in the encoding that its mark, its bytes or its declaration say; raises NotTextError.

    Bytes that are valid UTF-8 are UTF-8 whatever the page declares: Arabic in another encoding never is, while a
    page that was saved anew often keeps its old declaration.
    """
    if raw.startswith(UTF_16_BOMS):
        return raw.decode("utf-16", "replace").removeprefix("\ufeff")
    _require_text(len(raw), len(raw.translate(None, CONTROLS)))
    match = CHARSET.search(raw[:DECLARATION_WITHIN])
    label = match[1].decode("ascii", "replace").lower() if match else ""
    if label != "iso-2022-jp":
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    tried = [BROWSERS_READ.get(label, label)] if CODECS.fullmatch(label) else []
    for encoding in (*tried, "utf-8", None):
        # Nothing declared, or wrongly so: what the bytes look like.
        name = encoding or _guess(raw)
        if name is None:
            break
        try:
            text = raw.decode(name, "replace")
        except LookupError:
            continue
        if text.count("\ufffd") <= DAMAGED_SHARE * len(text):
            return text.removeprefix("\ufeff")
    message = "its encoding is not known; open it in a browser, copy the page and save it as .txt in UTF-8"
    raise NotTextError("unknown-encoding", message)


def _guess(raw: bytes) -> str | None:
    best = from_bytes(raw[:GUESS_FROM], cp_isolation=LIKELY).best()
    return best.encoding if best else None


def _require_text(length: int, without_controls: int) -> None:
    if length - without_controls > max(FEW_CONTROLS, BINARY_SHARE * length):
        raise NotTextError("binary", NO_TEXT)
