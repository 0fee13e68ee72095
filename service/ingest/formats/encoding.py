"""From bytes to text: UTF-8 and UTF-16 for texts, what a page declares or shows for HTML, and what bytes look like."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from service.normalise.language import UNDETERMINED, language_of
from service.normalise.lexicon import words_of
from service.normalise.text import fold

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
# What people call them.
NAMES = {"cp1256": "windows-1256", "cp1252": "windows-1252", "cp1254": "windows-1254", "cp1255": "windows-1255"}
NAMES |= {"cp1251": "windows-1251", "iso8859_6": "ISO 8859-6"}
# Shorter texts look like many things.
FEWEST_BYTES = 120
# A text with some good UTF-8 is that, damaged, and in no other encoding; `ة،` in windows-1256 looks like it by chance.
BROKEN_TO_GOOD = 4
# How much more disorder than the best guess another may have and still be weighed against it.
CLOSE = 0.02
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
        message = f"{at} is no UTF-8, and what else it is in is not clear; open it in an editor and save it as UTF-8"
        raise NotTextError("invalid-utf-8", message) from error
    _require_text(len(text), len(text.translate(dict.fromkeys(CONTROLS))))
    return text


def decode_plain(raw: bytes) -> tuple[str, str | None]:
    """Return a plain text, and the encoding that it was guessed to be in where it is neither UTF-8 nor UTF-16.

    Raises NotTextError, also where no guess is clear: the bytes must look like one encoding, and what they say in it
    must be in a language that is known.
    """
    try:
        return decode_text(raw), None
    except NotTextError as error:
        guess = _clear_guess(raw) if error.code == "invalid-utf-8" and not raw.startswith(UTF_16_BOMS) else None
        if guess is None:
            raise
    text = raw.decode(guess)
    _require_text(len(text), len(text.translate(dict.fromkeys(CONTROLS))))
    return text, NAMES[guess]


def _clear_guess(raw: bytes) -> str | None:
    """Return the encoding that the bytes of a text are clearly in."""
    tried = raw.decode("utf-8", "replace")
    broken = tried.count("\ufffd")
    good = sum(not char.isascii() for char in tried) - broken
    if len(raw) < FEWEST_BYTES or broken <= BROKEN_TO_GOOD * good:
        return None
    matches = from_bytes(raw[:GUESS_FROM], cp_isolation=LIKELY)
    best = matches.best()
    if best is None:
        return None
    # Letters of one alphabet are in several encodings, and differ in the few that the language is known by.
    shares: dict[str, float] = {}
    for match in matches:
        if match.encoding in NAMES and match.chaos <= best.chaos + CLOSE and _is_all(raw, match.encoding):
            language, share = language_of(words_of(fold(raw[:GUESS_FROM].decode(match.encoding))).texts)
            shares |= {match.encoding: share} if language != UNDETERMINED else {}
    return max(shares, key=lambda name: (shares[name], name == best.encoding), default=None)


def _is_all(raw: bytes, encoding: str) -> bool:
    """Tell whether every byte means something in an encoding."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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
