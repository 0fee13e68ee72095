"""What a line is by its own words: phrases from tables, length, punctuation. Where it stands is `layout`'s matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.normalise import tables
from service.normalise.captions import credits_photo, ends_with_outlet, gap_before
from service.normalise.clocks import CLOCK
from service.normalise.datelines import ADDRESS, BYLINE_WORDS, QUESTION, is_date_line, shows_when
from service.normalise.marks import MARKS
from service.normalise.menus import ENTRY_GAP, entries_of, is_menu
from service.normalise.page import DATE_LINE_WORDS, Line, Role
from service.normalise.persons import begins_as_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.normalise.lexicon import Hit, Word, Words
    from service.normalise.registry import Registry

LABEL_WORDS = 12
# A trail may end with the whole headline.
TRAIL_WORDS = 24
BYLINE_PARTS = 2
# No section has a name of so many words.
HEADLINE_CRUMB = 5
STOCK_PHRASE_WORDS = 3
# A ticker runs many headlines together, with wide gaps or without any sentence end.
TICKER_GAP = re.compile(r"[ \t\xa0]{4,}")
TICKER_PARTS = 3
TICKER_WORDS = 24
SEVERAL_HEADLINES = 10
QUOTES = '"«“„'
CLOCK_START = re.compile(r"[\s\-–•]*\d{1,2}:\d{2}(?!\d)")
# What stands between the hour and the minute of every clock.
TICKER_LABEL_END = re.compile(r"[:|]|\s{2}")
# What a program calls what follows: `link: https://...`.
KEY = re.compile(r"^[A-Za-z_]{2,20}:\s+")
# Words beside an address: `... - Page 1 / 1`.
ADDRESS_REST = 5
POST_TIME = re.compile(r"\d{1,2}:\d{2}\s?[AP]M\s·\s")
HANDLE = re.compile(r"\(@\w+\)")
HOUR_END = re.compile(r"\d\s?[:٫h]")
CRUMB_MARK = re.compile("[»›>|/]")
BREADCRUMB = re.compile(r"\s[»›>|/]\s|[»›|]")
# Behind the way home a trail needs no space on both sides of its marks.
HOME_TRAIL = re.compile(r"^\W*\w+(?:\s\w+)?\s*[»›>|/]")
LOOSE_BREADCRUMB = re.compile(r"\s?[»›>|/]\s?")
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\[التاريخ\]")
TEMPLATE_REST = 4
YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
# What is quoted is no step of a trail, though a quote ends with the same mark.
QUOTED = re.compile(r"«[^«»]{0,200}»")
# Who took a picture and for whom, at the end of a caption: `(MEE/Haider Mozan)`, `(ميسون شريم/وفا)`.
CREDIT_END = re.compile(r"\([^()\d]{2,30}/[^()\d]{2,30}\)\.?$")
# What a page's script left in its text: `googletag.cmd.push(function() { ... });`.
CODE_END = (";", "{", "}", "*/")
# What stands above a message in the export of a chat: `[18/9/2023, 9:14:22 م] فلان: `, `12/03/2024, 18:05 - Nom : `,
# `[9:14 م, 2023/3/12] فلان: `.
DAY, HOUR = r"\d{1,4}[/.]\d{1,2}[/.]\d{2,4}", r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[صم]| ?[ap]\.?m\.?)?"
CHAT = re.compile(rf"\[?(?:{DAY},? {HOUR}|{HOUR}, {DAY})(?:\]| -) [^:]{{1,40}}:")
CHAT_WORDS = 12
# The weather above a page: `☁ 27°C Abu Dhabi`.
WEATHER_WORDS = 6
FILE_ENDS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
FILE_WORDS = 16
PAGE_PARTS = (
    ("end", Role.END),
    ("furniture", Role.FURNITURE),
    ("skip", Role.FURNITURE),
    ("sections", Role.SECTION),
    ("staff", Role.STAFF),
)
DIGITS = "0123456789"
ALL_PAGE_PARTS = MARKS["end"] | MARKS["furniture"] | MARKS["skip"] | MARKS["sections"] | MARKS["staff"]
# In a row of so many entries an outlet's name is one of them.
MANY_ENTRIES = 4
LABELLED_ROWS = MARKS["ticker"] | MARKS["photo_credit"]
# What running text may have anywhere, and at its start, and be something else.
WITHIN_PROSE = MARKS["published"] | MARKS["modified"] | MARKS["rights"] | MARKS["photo_credit"] | MARKS["caption"]
ABOVE_PROSE = ALL_PAGE_PARTS | MARKS["source"] | MARKS["ticker"]
DASHES = ("-", "–", "—")
CHAT_START = "[0123456789٠١٢٣٤٥٦٧٨٩"


def role_of(line: Line, registry: Registry) -> Role:
    """Return what a line is by its own words."""
    if not line.words.texts or _is_unfilled(line):
        return Role.FURNITURE
    if _is_machine_made(line):
        return Role.FURNITURE
    # Half the lines of a page are paragraphs that have nothing of any table.
    if line.is_prose and not line.marks & WITHIN_PROSE and not line.opening & ABOVE_PROSE and line.text[0] != "#":
        return Role.TICKER if _is_ticker(line) else Role.PROSE
    role = _label(line, registry) or _page_part(line, registry) or _row(line, registry)
    if role is None and line.is_prose:
        return Role.TICKER if _is_ticker(line) else Role.PROSE
    role = role or _signed(line, registry)
    return role or (Role.TICKER if _is_ticker(line) or len(line.words.texts) >= TICKER_WORDS else Role.TEXT)


def _is_unfilled(line: Line) -> bool:
    """Tell whether a line is a template that the page never filled in: `{{ temperature }}° C`."""
    if "{{" not in line.text and "[" not in line.text:
        return False
    filled, gaps = TEMPLATE.subn("", line.text)
    return bool(gaps) and not line.dates and len(filled.split()) <= TEMPLATE_REST


def _is_machine_made(line: Line) -> bool:
    """Tell whether a line is of a program (an address, a script), the weather, or stands around what others posted."""
    return _is_code(line) or _is_around_post(line)


def _is_code(line: Line) -> bool:
    """Tell whether a line is a file's name, a piece of a script, an address or markup."""
    text = line.text
    if text[-5:].lower().endswith(FILE_ENDS) and len(line.words.texts) <= FILE_WORDS:
        return True
    if text.endswith(CODE_END) and text.isascii() and ("(" in text or "{" in text or "=" in text):
        return True
    if ("://" in text or "www." in text) and len(ADDRESS.sub("", KEY.sub("", text)).split()) <= ADDRESS_REST:
        return True
    # `<link>https://...</link>`
    return text[0] == "<" and text[-1] == ">"


def _is_around_post(line: Line) -> bool:
    """Tell whether a line is the weather, the head of a chat's message, whose a post is, a poll."""
    text = line.text
    if ("؟" in text or "?" in text) and _is_poll(text):
        return True
    # `— Ministère (@mintransports_ml) April 27, 2020`
    if "(@" in text and line.dates and HANDLE.search(text):
        return True
    # `9:41 PM · Mar 3, 2022`
    if "·" in text and (POST_TIME.match(text) or tables.phrases("post").anywhere.is_in(line.words)):
        return True
    if ("°" in text or "ºC" in text) and len(line.words.texts) <= WEATHER_WORDS and not line.is_prose and not line.dates:
        return True
    return text[0] in CHAT_START and len(line.words.texts) <= CHAT_WORDS and CHAT.match(line.folded) is not None


def _is_poll(text: str) -> bool:
    """Tell whether a question has a button beside it: `هل تتوقع زيادة الأسعار في رمضان؟    صوّت الآن`."""
    asked, *answers = ENTRY_GAP.split(text)
    buttons = tables.phrases("furniture").whole
    return asked.endswith(QUESTION) and any(buttons.whole(tables.words_of_text(answer)) for answer in answers)


def _label(line: Line, registry: Registry) -> Role | None:
    """Return the role of a line that carries a date or a source, or tells the age of the paper."""
    words, marks = line.words, line.marks
    if len(words.texts) <= DATE_LINE_WORDS:
        if not line.is_prose:
            if marks & MARKS["founding"] and _has(line, "founding") and YEAR.search(line.folded):
                return Role.MASTHEAD
            if marks & MARKS["legal"] and line.dates and _has(line, "legal"):
                return None
        # Running text says when it was published with a label or not at all: its own dates need no look.
        may_say_when = not line.is_prose or tables.date_labels().is_in(line.words)
        # `Shoppers at the market in June 2010 (File photo: ...)`
        may_say_when = may_say_when and not (marks & MARKS["photo_credit"] and "(" in line.text and credits_photo(line))
        if may_say_when and line.dates and is_date_line(line, registry):
            return Role.CAPTION if shows_when(line) else Role.DATE
    if not marks & MARKS["source"]:
        return None
    label = tables.phrases("source").start.at(words, 0)
    is_source = label and ((len(words.texts) <= LABEL_WORDS and ":" in line.text) or _quotes_source(line, label))
    return Role.SOURCE if is_source and not registry.lexicon.whole(words) else None


def _all_furniture(words: Words) -> bool:
    """Tell whether a line is a row of buttons: `طباعة Email فيسبوك تويتر`."""
    buttons = tables.phrases("furniture").whole
    if words.texts[0] not in buttons.by_first_word:
        return False
    return sum(hit.last - hit.first for hit in buttons.scan(words)) == len(words.texts)


def _is_counter(words: Words) -> bool:
    """Tell whether a line is what a page counts of itself: `1.2K إعجاب 340 مشاركة`."""
    bare = [text for text in words.texts if not text.isdigit()]
    counted = tables.phrases("counter").anywhere.by_first_word
    return len(bare) < len(words.texts) and bool(bare) and all(text.lstrip(DIGITS) in counted for text in bare)


def _has(line: Line, section: str) -> bool:
    """Tell whether any words of a section stand in a line: a founding date or a law's is no day of publication."""
    return tables.phrases(section).anywhere.is_in(line.words)


def _signed(line: Line, registry: Registry) -> Role | None:
    """Return whether an outlet or an author signs a line."""
    can_be = line.marks & MARKS["author"] and len(line.words.texts) <= BYLINE_WORDS
    by_author = can_be and tables.phrases("author").start.at(line.words, 0)
    return Role.BYLINE if by_author or registry.signature(line) or _name_and_city(line) else None


def _name_and_city(line: Line) -> bool:
    """Tell whether a line is two or three words, a dash or `in`, and a city: `محمد علي – بيروت`, `Rana Aziz in Abu Dhabi`."""
    words = line.words
    if _name_in_city(words):
        return True
    if not ("-" in line.folded or "–" in line.folded or "—" in line.folded):
        return False
    for length in (1, 2):
        first = len(words) - length
        named = [word for word in words[: max(first, 0)] if "علي" not in line.text.split() or word.text != "علي"]
        is_no_name = tables.has_function_word(named) or tables.phrases("no_person").anywhere.is_in(named)
        if first in (2, 3) and tables.cities().whole(words[first:]) and not is_no_name:
            gap = line.folded[words[first - 1].end : words[first].start]
            return gap.strip() in DASHES and not any(word.text.isdigit() for word in words)
    return False


def _name_in_city(words: Words) -> bool:
    within = tables.phrases("in_city").anywhere
    place = next((place for place in (2, 3) if len(words) > place + 1 and within.at(words, place)), None)
    if place is None or tables.cities().whole(words[place + 1 :]) is None:
        return False
    return not tables.has_function_word(words[:place]) and not any(text.isdigit() for text in words.texts)


def _quotes_source(line: Line, label: Hit[str]) -> bool:
    """Tell whether a line begins with a label of several words and a name in quotes: `منبع خبر "خبرگزاری فارس" است`."""
    if label.last == 1 or label.last >= len(line.words.texts):
        return False
    gap = line.folded[line.words[label.last - 1].end : line.words[label.last].start]
    return any(quote in gap for quote in QUOTES)


def _page_part(line: Line, registry: Registry) -> Role | None:
    """Return the role of a line that belongs to the page and not to the article."""
    words = line.words
    if line.text.startswith("#") and all(part.startswith("#") for part in line.text.split()):
        return Role.TAGS
    opening = line.opening
    for section, role in PAGE_PARTS if opening & ALL_PAGE_PARTS else ():
        phrase = tables.phrases(section).start.at(words, 0)
        # `المصدر أونلاين` is a paper.
        if phrase and ":" not in line.text and registry.signature(line):
            continue
        # One word may open a sentence too (`المصدر ذاته أكد ...`); three are a stock phrase of the page.
        if phrase and (phrase.last >= STOCK_PHRASE_WORDS or (len(words.texts) <= LABEL_WORDS and not line.is_prose)):
            return role
    if len(words.texts) > LABEL_WORDS:
        return None
    if line.marks & MARKS["rights"] and _claims_rights(line):
        return Role.END
    if not opening & ALL_PAGE_PARTS:
        return None
    bare = [text for text in words.texts if not text.isdigit()]
    return next((role for section, role in PAGE_PARTS if tables.phrases(section).whole.whole_of(bare)), None)


def _claims_rights(line: Line) -> bool:
    """Tell whether a line is a footer: running text is one only where a claim begins or ends it."""
    rights, words = tables.phrases("rights").start, line.words
    if not rights.is_in(words):
        return False
    at_edge = rights.at(words, 0) or any(hit.last == len(words) for hit in rights.scan(words))
    return bool(at_edge) or "©" in line.text or not line.is_prose


def _row(line: Line, registry: Registry) -> Role | None:
    """Return whether a line is a row of entries or buttons, an address, a caption or a breadcrumb."""
    if line.marks & LABELLED_ROWS and len(line.words.texts) <= DATE_LINE_WORDS:
        opening = tables.phrases("ticker").start.at(line.words, 0)
        # `عاجل: ...`, `عاجل | ...`, `ÚLTIMA HORA 13:42 ...`
        if (
            opening
            and opening.last < len(line.words.texts)
            and (
                TICKER_LABEL_END.search(gap_before(line, opening.last))
                or CLOCK_START.match(line.folded, line.words[opening.last].start)
            )
        ):
            return Role.TICKER
        if (":" in line.text or "(" in line.text) and credits_photo(line):
            return Role.CAPTION
    # A trail has few steps, set apart by other marks than the bars of menus.
    if len(line.words.texts) > LABEL_WORDS and _leads_home(line):
        return Role.SECTION
    if line.marks & MARKS["furniture"] and _all_furniture(line.words):
        return Role.FURNITURE
    if is_menu(line) and ("|" in line.text or not _leads_home(line)) and not _signs(line, registry):
        return Role.MENU
    return _short_line(line, registry) if len(line.words.texts) <= LABEL_WORDS else None


def _signs(line: Line, registry: Registry) -> bool:
    """Tell whether a row of entries is signed; the name of an outlet among or behind many is one of them."""
    signed = registry.signature(line)
    return signed is not None and (signed.start == 0 or len(entries_of(line.text)) < MANY_ENTRIES)


def _short_line(line: Line, registry: Registry) -> Role | None:
    words = line.words
    if line.text[0] == "@" or (line.marks & MARKS["counter"] and _is_counter(words)):
        return Role.FURNITURE
    if CREDIT_END.search(line.text) or (line.marks & MARKS["caption"] and _has(line, "caption")):
        return Role.CAPTION
    if ends_with_outlet(line, registry):
        return Role.CAPTION
    if _leads_home(line):
        return Role.SECTION
    role = _trail(line)
    # `Alyaoum24 | اليوم 24` names a site twice, `Europa Press / Ceuta` an agency and where it writes from.
    is_known = role and all(registry.lexicon.whole(part) or registry.short.whole(part) or _is_city(part) for part in line.parts)
    return None if is_known and registry.signature(line) else role


def _is_city(words: Sequence[Word]) -> bool:
    return tables.cities().whole(words) is not None


def _trail(line: Line) -> Role | None:
    """Return whether a line is a trail of sections, or a row of languages."""
    words, text = line.words, QUOTED.sub("", line.text)
    if CRUMB_MARK.search(text) is None or tables.phrases("author").start.at(words, 0):
        return None
    crumbs = [part.strip() for part in BREADCRUMB.split(text) if part.strip()]
    said = [tables.words_of_text(crumb) for crumb in crumbs]
    if len(crumbs) > 1 and all(map(tables.phrases("tongues").whole.whole, said)):
        return Role.FURNITURE
    # Trails lead to no button: `عن كونا | خدمات | English`, `Lecture : 4 min | Mode clair | Aa`.
    if len(crumbs) > BYLINE_PARTS and tables.phrases("furniture").whole.whole(said[-1]):
        return Role.FURNITURE
    # A city and a name are a byline: `الكوت / سجاد الربيعي`.
    names = [begins_as_name(words, crumb) for words, crumb in zip(said, crumbs, strict=True) if len(words) > 1]
    # `عام / انطلاق موسم الزهور بمحافظة الزلفي` is a headline and what it is about.
    if len(crumbs) == BYLINE_PARTS and len(said[0]) == 1 and len(said[1]) >= HEADLINE_CRUMB:
        return None
    is_byline = len(crumbs) == BYLINE_PARTS and any(names) and not any(map(tables.phrases("sections").whole.whole, said))
    is_trail = len(crumbs) > 1 and len(words.texts) <= LABEL_WORDS / 2 * (len(crumbs) - 1)
    return Role.SECTION if is_trail and not is_byline and not line.ends_sentence else None


def _leads_home(line: Line) -> bool:
    """Tell whether a line is a trail from the way home on, of few steps: `الرئيسية / محليات`, `Home > Lifestyle > Food`."""
    if len(line.words.texts) > TRAIL_WORDS or not HOME_TRAIL.search(line.text) or line.ends_sentence:
        return False
    return tables.phrases("home").whole.at(line.words, 0) is not None


def _is_ticker(line: Line) -> bool:
    """Tell whether a line runs many headlines together, with wide gaps, bars or a time of day before each."""
    words = line.words
    if line.text.count("|") >= TICKER_PARTS and tables.phrases("ticker").start.at(words, 0):
        return True
    if "  " in line.text or "\t" in line.text or "\xa0" in line.text:
        parts = [part for part in TICKER_GAP.split(line.text) if part]
        if len(parts) >= TICKER_PARTS and len(words.texts) / len(parts) > 1:
            return True
    folded = line.folded
    if not (":" in folded or "h" in folded or "٫" in folded) or not HOUR_END.search(folded):
        return False
    if CLOCK_START.match(line.folded) and len(words.texts) > TICKER_PARTS:
        return True
    return len(words.texts) > SEVERAL_HEADLINES and len(CLOCK.findall(line.folded)) > 1
