"""The values that everything else speaks in: frozen, without behaviour that needs the outside world.

A capture is what came in, an article is what it means, an entry is how this service publishes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

RTL_LANGUAGES = frozenset({"ar", "ary", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

# Silent reading of prose by adults, as measured in 190 studies (Brysbaert, 2019); Arabic is read a little slower.
WORDS_A_MINUTE = 238

# What an article is cited by besides its own words: who published it, and when.
ATTRIBUTED = ("outlet", "published")


class Precision(StrEnum):
    """How exactly a source states a date."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class ZoneSource(StrEnum):
    """Where the time zone of a date came from; `DEFAULT` means that nothing named one and UTC stands in."""

    TEXT = "text"
    OUTLET = "outlet"
    COUNTRY = "country"
    DEFAULT = "default"


class Confidence(StrEnum):
    """Classes of trust in a value that was read, the highest first."""

    CERTAIN = "certain"
    LIKELY = "likely"
    WEAK = "weak"

    @property
    def reached(self) -> tuple[Confidence, ...]:
        """The classes of which a value is that is to be trusted so far: its own and the lower ones."""
        classes = tuple(Confidence)
        return classes[classes.index(self) :]


class Kind(StrEnum):
    """What sort of publisher an outlet is."""

    NEWSPAPER = "newspaper"
    SITE = "site"
    AGENCY = "agency"
    MAGAZINE = "magazine"
    BROADCASTER = "broadcaster"
    AGGREGATOR = "aggregator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The text of one page as it was captured.

    `name` is what a person calls it, the path below the corpus folder. `source` is the key by which it is known for
    good: its declared URL, else its name. `raw` holds the bytes as they came, `text` the same decoded; spans of evidence
    count characters of `text`. `declared` holds the values that were said and not read, as strings; where it was not a
    person in the front matter who said a field, `declared_by` names who did (`json-ld`, `feed`, ...). `captured`
    is aware UTC, or None where it is not known.
    """

    name: str
    source: str
    raw: bytes
    text: str
    declared: Mapping[str, str] = field(default_factory=dict)
    declared_by: Mapping[str, str] = field(default_factory=dict)
    captured: datetime | None = None
    issues: tuple[Issue, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a naive capture time."""
        _require_aware(self.captured, "captured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who publishes articles: one entry of the registry `corpus/outlets.toml`, or an outlet that only a page names.

    Of the latter no country, zone or language is known. `day_order` is how its site writes dates in digits, `dmy` or
    `mdy`, where that is known: it says how pages are read and nothing of who the outlet is, so it is neither stored nor
    compared.
    """

    key: str
    name_ar: str
    name_latin: str
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    country: str | None
    zone: str | None
    languages: tuple[str, ...]
    kind: Kind
    day_order: str | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The name in the script of the outlet's main language."""
        return self.name_latin if self.languages and self.languages[0] not in RTL_LANGUAGES else self.name_ar

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling under which the outlet signs."""
        return (self.name_ar, self.name_latin, *self.aliases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date exactly as precise as its source.

    `edtf` is the value (`2023`, `2023-11`, `2023-11-01`, `2023-12-26T12:30+01:00`; without offset where
    the zone is unknown). `starts` is the first instant of it in UTC: a minute is placed by its zone (UTC
    where that is unknown); a day, month or year is a calendar value without zone and starts at midnight
    UTC, so that a reader's clock near Greenwich shows the day that was printed.
    """

    edtf: str
    precision: Precision
    starts: datetime
    zone_source: ZoneSource = ZoneSource.DEFAULT

    def __post_init__(self) -> None:
        """Refuse a naive instant."""
        _require_aware(self.starts, "starts")

    @classmethod
    def of(cls, edtf: str, zone_source: ZoneSource = ZoneSource.DEFAULT) -> Self:
        """Return the value of a well-formed `edtf`; raises ValueError where it is none."""
        precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}.get(len(edtf), Precision.MINUTE)
        first = edtf + "-01-01"[len(edtf) - 4 :] if precision in (Precision.YEAR, Precision.MONTH) else edtf
        starts = datetime.fromisoformat(first)
        if starts.tzinfo is None:
            return cls(edtf=edtf, precision=precision, starts=starts.replace(tzinfo=UTC))
        return cls(edtf=edtf, precision=precision, starts=starts.astimezone(UTC), zone_source=zone_source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a field has its value: the words read, where they stand, the rule that read them.

    `span` is (start, end) in `Capture.text`; None where the value was declared and not read.
    """

    field: str
    raw: str
    span: tuple[int, int] | None
    rule: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A problem with a capture, as data: counted and reported, never raised."""

    code: str
    field: str | None = None
    raw: str | None = None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a capture means, computed from (capture, outlet registry, normaliser version) alone.

    `outlet` is who published it, `via` the aggregator through which it came, `agency` the key of a credited news
    agency (`agencies` for several unnamed). `body` holds paragraphs without line breaks, `summary` its first
    sentences. `language` is BCP 47, `und` where it is not clear.
    """

    source: str
    url: str | None = None
    title: str | None = None
    subtitle: str | None = None
    outlet: Outlet | None = None
    via: Outlet | None = None
    agency: str | None = None
    authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    published: Dated | None = None
    modified: Dated | None = None
    language: str = "und"
    summary: str | None = None
    body: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`, as the HTML attribute `dir` wants it."""
        return "rtl" if self.language.partition("-")[0] in RTL_LANGUAGES else "ltr"

    @property
    def word_count(self) -> int:
        """How many words the body has."""
        return sum(len(paragraph.split()) for paragraph in self.body)

    @property
    def reading_minutes(self) -> int:
        """How many minutes it takes to read the body, at least 1 where there is one."""
        return -(-self.word_count // WORDS_A_MINUTE)

    @property
    def confidence(self) -> Confidence | None:
        """How far who published it and when are to be trusted, by the lower of the two; None where one is not known."""
        found = [why.confidence for name in ATTRIBUTED if getattr(self, name) and (why := self.why(name))]
        return min(found, key=lambda each: len(each.reached)) if len(found) == len(ATTRIBUTED) else None

    def why(self, name: str) -> Evidence | None:
        """Return the evidence for the field called `name`, or None where the value is unknown."""
        return next((e for e in self.evidence if e.field == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as this service publishes it.

    `sequence` is the revision at which the entry was first published, `revision` the one of its last
    change; both count the published changes of one database. `first_seen` and `revised` are aware UTC.
    """

    id: UUID
    article: Article
    content_hash: str
    first_seen: datetime
    revised: datetime
    sequence: int
    revision: int

    def __post_init__(self) -> None:
        """Refuse naive times."""
        _require_aware(self.first_seen, "first_seen")
        _require_aware(self.revised, "revised")


def _require_aware(moment: datetime | None, name: str) -> None:
    if moment is not None and moment.tzinfo is None:
        message = f"{name}: a naive datetime ({moment.isoformat()}); give it a zone"
        raise ValueError(message)
