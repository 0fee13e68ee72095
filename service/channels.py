"""The channels: how each is asked for, and what it and its kind are called."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from service.errors import ArchiveNotFoundError, ChannelNotFoundError
from service.links import FACETS
from service.store import Archive, Facet, Term

UNDETERMINED = "und"
# Readers and validators know no tag for dialects written here; RFC 5646 has a region for the one we tell apart.
FEED_LANGUAGES = {"ary": "ar-MA"}
COLLECTION_NAMES = {
    "ar": {
        Facet.OUTLET: "الناشرون",
        Facet.TAG: "الوسوم",
        Facet.AUTHOR: "الكتّاب",
        Facet.SECTION: "الأقسام",
        Facet.LANGUAGE: "اللغات",
    },
    "fr": {
        Facet.OUTLET: "Éditeurs",
        Facet.TAG: "Mots-clés",
        Facet.AUTHOR: "Auteurs",
        Facet.SECTION: "Rubriques",
        Facet.LANGUAGE: "Langues",
    },
    "en": {
        Facet.OUTLET: "Outlets",
        Facet.TAG: "Tags",
        Facet.AUTHOR: "Authors",
        Facet.SECTION: "Sections",
        Facet.LANGUAGE: "Languages",
    },
}


def term_named(collection: str, said: str) -> Term:
    """Return the term of a collection (`tags`) that a person means by `said`; raises ChannelNotFoundError for no value."""
    facet = FACETS[collection]
    if facet is Facet.OUTLET:
        said = said.lower()
    elif facet is Facet.LANGUAGE:
        # The tag of a language begins with small letters, whatever case the rest has.
        primary, *rest = said.replace("_", "-").split("-")
        said = "-".join([primary.lower(), *rest])
    term = Term.of(facet, said)
    # NUL is in no text that a database takes.
    if not term.value or "\0" in term.value:
        raise ChannelNotFoundError(facet.value, said)
    return term


def archive_named(name: str) -> Archive:
    """Return the archive that an address names; raises ArchiveNotFoundError."""
    try:
        archive = Archive.named(name)
        # A month that no calendar has is none either.
        _ = archive.reach
    except ValueError as error:
        raise ArchiveNotFoundError(name) from error
    return archive


def name_of(term: Term, label: str, language: str) -> str:
    """Return what a channel is called in `language`."""
    if term.facet is not Facet.LANGUAGE:
        return label or term.value
    return language_name(term.value, language)


def collection_name(facet: Facet, language: str) -> str:
    """Return what the values of a facet are called together, in `language` where we speak it, else in English."""
    return COLLECTION_NAMES.get(language.partition("-")[0], COLLECTION_NAMES["en"])[facet]


def language_name(tag: str, language: str) -> str:
    """Return the name of a language in another; the tag where nobody knows it."""
    try:
        speaker = Locale.parse(language, sep="-")
        # Babel would take what is not determined for a language of its own choice.
        named = (
            speaker.languages.get(tag)
            if tag == UNDETERMINED
            else Locale.parse(feed_language(tag), sep="-").get_display_name(speaker)
        )
    except (UnknownLocaleError, ValueError):
        return tag
    return named or tag


def feed_language(language: str) -> str | None:
    """Return a language as feeds may say it; None where it is not known."""
    return None if language == UNDETERMINED else FEED_LANGUAGES.get(language, language)
