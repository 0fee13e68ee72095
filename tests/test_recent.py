"""What a process remembers of fragments: within its bound, and never of another database."""

from service.feeds.feed import Fragment
from service.feeds.recent import Recent
from service.store import Store, walks
from service.store.facets import Facet, Term
from service.store.query import ArticleQuery, Order


def test_the_least_lately_used_makes_room():
    recent = Recent(30)
    for revision in (1, 2, 3):
        recent.put(("lineage", revision, "atom", "https://example.org"), Fragment(b"0123456789", b"", b"", b""))
    assert recent.get(("lineage", 1, "atom", "https://example.org"))
    recent.put(("lineage", 4, "atom", "https://example.org"), Fragment(b"0123456789", b"", b"", b""))
    kept = [revision for revision in range(1, 5) if recent.get(("lineage", revision, "atom", "https://example.org"))]
    assert kept == [1, 3, 4]


def test_what_is_too_heavy_is_not_kept():
    recent = Recent(5)
    recent.put(("lineage", 1, "atom", ""), Fragment(b"0123456789", b"", b"", b""))
    assert recent.get(("lineage", 1, "atom", "")) is None


def test_another_lineage_or_form_or_site_is_another_fragment():
    recent = Recent(1000)
    recent.put(("a", 1, "atom", "https://example.org"), Fragment(b"x", b"", b"", b""))
    others = (("b", 1, "atom", "https://example.org"), ("a", 1, "rss", "https://example.org"), ("a", 1, "atom", "https://else"))
    assert not any(recent.get(key) for key in others)


def test_only_a_query_of_all_or_of_one_channel_is_plain(tmp_path):
    tag, outlet = Term(Facet.TAG, "a"), Term(Facet.OUTLET, "b")
    assert walks.is_plain(ArticleQuery(limit=7, offset=3, cursor="x", order=Order.REVISION))
    assert walks.is_plain(ArticleQuery(include=frozenset({tag})))
    for query in (
        ArticleQuery(include=frozenset({tag, outlet})),
        ArticleQuery(exclude=frozenset({tag})),
        ArticleQuery(text="a"),
        ArticleQuery(collapse=True),
        ArticleQuery(has_date=True),
    ):
        assert not walks.is_plain(query)
    store = Store.open(f"sqlite:///{tmp_path}/nothing.db")
    assert store.page(ArticleQuery(include=frozenset({tag}))).entries == ()
    store.close()
