"""A site that is built again: only what changed is written, and what was withdrawn, lost or broken off is put right."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from service.article import Dated
from service.build import build
from service.config import ROOT
from tests.conftest import NOON, publish
from tests.sites import HERE, Site
from tests.test_main_job import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Entry
    from service.normalise import Registry

    MakeEntry = Callable[..., Entry]


def test_a_second_build_writes_only_what_changed(built: Site, make_entry: MakeEntry, registry: Registry) -> None:
    before = built.times()
    again = built.build()
    assert (again.written, again.removed, again.parts_unchanged) == (0, 0, again.parts)
    assert built.times() == before
    new = make_entry(500, title="جديد", outlet=registry.by_key["hespress"], language="ar", published=Dated.of("2024-02-28"))
    publish(built.store, new, changed=NOON + timedelta(days=1))
    report = built.build()
    after = built.times()
    changed = {name for name in after if after[name] != before.get(name)}
    assert report.written == len(changed)
    assert {f"articles/{new.id}/index.html", "feeds/outlets/hespress.atom", "feeds/all.rss", "index.html"} <= changed
    untouched = (
        "feeds/outlets/lematin.atom",
        "outlets/lematin/index.html",
        "feeds/all/archives/2024-01.atom",
        "archives/2024-01/index.html",
    )
    assert not changed & set(untouched)
    assert not any(
        name.startswith(("authors/", "feeds/authors/", "feeds/tags/", "sections/")) and name.count("/") > 1 for name in changed
    )
    fresh = build(built.settings, built.folder.with_name("fresh"))
    assert fresh.written == len(after)
    assert all((built.folder.with_name("fresh") / name).read_bytes() == path.read_bytes() for name, path in built.files().items())


def test_what_is_withdrawn_is_gone_in_every_form(built: Site, make_entry: MakeEntry) -> None:
    gone = make_entry(7)
    named = {name for name in built.files() if str(gone.id) in name}
    assert len(named) == 4
    with built.store.writer() as writer:
        writer.withdraw([gone.id], NOON + timedelta(days=1), "curator")
    report = built.build()
    assert report.removed == 4
    assert not list(built.folder.rglob(f"*{gone.id}*"))
    telling = {name for name, path in built.files().items() if str(gone.id).encode() in path.read_bytes()}
    # Readers are told by the tombstone, and by nothing else.
    assert telling
    assert all(name.startswith("feeds/") and name.endswith(".atom") for name in telling)


def test_a_file_that_was_lost_or_spoilt_with_the_settings_is_made_anew(built: Site) -> None:
    before = built.times()
    (built.folder / "feeds" / "all.atom").unlink()
    assert built.build().written == 1
    assert built.times().keys() == before.keys()
    titled = replace(built.settings, config=replace(built.config, site_title="عنوان آخر"))
    assert build(titled, built.folder).written > 100
    assert "عنوان آخر" in (built.folder / "index.html").read_text(encoding="utf-8")
    # What does not show the title is as old as it was.
    names = ("api/v1/openapi.json", "static/nashra.css", "robots.txt")
    assert all(built.times()[name] == before[name] for name in names)


@pytest.mark.slow
def test_a_build_that_is_killed_goes_on_where_it_stopped(site: Site) -> None:
    command = [sys.executable, "-m", "service", "build", site.folder, "--base-url", HERE]
    environment = {**os.environ, "DATABASE_URL": site.url, "SITE_TITLE": site.config.site_title, "FEED_LENGTH": "5"}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while not (site.folder / "feeds" / "languages").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    process.kill()
    process.wait()
    before = site.times()
    report = site.build()
    assert report.written + len(before) == len(site.files())
    assert all(site.times()[name] == changed for name, changed in before.items())
    assert not list(site.folder.rglob("*.tmp"))
    assert report.parts_unchanged


@pytest.mark.slow
def test_what_is_published_during_a_build_is_in_it(few: Site, make_entry: MakeEntry) -> None:
    site = few

    def newcomer() -> None:
        while not (site.folder / "feeds" / "all.atom").exists():
            time.sleep(0.01)
        publish(site.store, make_entry(700, title="أثناء البناء"), changed=NOON + timedelta(days=1))
        with site.store.writer() as writer:
            writer.withdraw([make_entry(130).id], NOON + timedelta(days=1), "curator")

    thread = threading.Thread(target=newcomer)
    thread.start()
    report = site.build()
    thread.join()
    assert report.is_current
    site.folder = site.folder.with_name("fresh")
    site.build()
    for name, path in site.files().items():
        assert site.folder.with_name("site").joinpath(name).read_bytes() == path.read_bytes(), name
    assert not list(site.folder.with_name("site").rglob(f"*{make_entry(130).id}*"))
