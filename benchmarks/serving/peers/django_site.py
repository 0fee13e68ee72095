"""Django over the same rows, as its documentation has it: REST framework's two paginations and the syndication feed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.apps import AppConfig
from django.conf import settings


class Bench(AppConfig):
    """The application to which the models belong, which lets them find each other."""

    name, label, path = "benchmarks.serving.peers", "bench", str(Path(__file__).parent)


settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["BENCH_DATABASE"]}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", f"{__name__}.Bench"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a benchmark",  # noqa: S106 - guards nothing
    USE_TZ=True,
)
django.setup()

from django.contrib.syndication.views import Feed  # noqa: E402 - models need the settings
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.feedgenerator import Atom1Feed  # noqa: E402
from rest_framework import generics, pagination, serializers  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Outlet(models.Model):
    """An outlet."""

    key = models.TextField()
    name_ar = models.TextField()
    name_latin = models.TextField()
    country = models.TextField()

    class Meta:
        """The table is there."""

        app_label, managed, db_table = "bench", False, "outlet"

    def __str__(self) -> str:
        """Return what people call it."""
        return self.name_latin


class Tag(models.Model):
    """A tag."""

    name = models.TextField()

    class Meta:
        """The table is there."""

        app_label, managed, db_table = "bench", False, "tag"

    def __str__(self) -> str:
        """Return what people call it."""
        return self.name


class Article(models.Model):
    """An article."""

    uuid = models.TextField()
    url = models.TextField()
    title = models.TextField()
    outlet = models.ForeignKey(Outlet, models.CASCADE, null=True)
    authors = models.JSONField()
    tagged = models.ManyToManyField(Tag, db_table="article_tag")
    section = models.TextField()
    published = models.DateTimeField()
    language = models.TextField()
    revised = models.DateTimeField()
    summary = models.TextField()
    body = models.TextField()

    class Meta:
        """The table is there."""

        app_label, managed, db_table = "bench", False, "article"

    def __str__(self) -> str:
        """Return what people call it."""
        return self.title


ARTICLES = Article.objects.select_related("outlet").prefetch_related("tagged")


class OutletBody(serializers.ModelSerializer):
    """An outlet as it travels."""

    class Meta:
        """All of it."""

        model = Outlet
        fields = ("key", "name_ar", "name_latin", "country")


class ArticleBody(serializers.ModelSerializer):
    """An article as it travels."""

    outlet = OutletBody()
    tags = serializers.SlugRelatedField("name", source="tagged", many=True, read_only=True)

    class Meta:
        """All of it."""

        model = Article
        fields = (
            *("id", "uuid", "url", "title", "outlet", "authors", "tags", "section", "published", "language", "revised"),
            *("summary", "body"),
        )


class ByCursor(pagination.CursorPagination):
    """Pages by a place in the order."""

    page_size = 100
    ordering = ("-published", "-id")


class ByNumber(pagination.PageNumberPagination):
    """Pages by number."""

    page_size = 100


class CursorList(generics.ListAPIView):
    """The articles by cursor."""

    queryset, serializer_class, pagination_class = ARTICLES, ArticleBody, ByCursor


class NumberList(generics.ListAPIView):
    """The articles by number."""

    queryset = ARTICLES.order_by("-published", "-id")
    serializer_class, pagination_class = ArticleBody, ByNumber


class Latest(Feed):
    """The latest twenty."""

    feed_type, title, link, subtitle = Atom1Feed, "Bench", "/feed.atom", "Bench"

    def items(self) -> Iterable[Article]:
        """Return the articles."""
        return ARTICLES.order_by("-revised", "-id")[:20]

    def item_title(self, item: Article) -> str:
        """Return the title."""
        return item.title

    def item_description(self, item: Article) -> str:
        """Return the text."""
        return item.body

    def item_link(self, item: Article) -> str:
        """Return the address."""
        return item.url

    def item_author_name(self, item: Article) -> str:
        """Return the first author."""
        return item.authors[0]

    def item_pubdate(self, item: Article) -> datetime:
        """Return when it was published."""
        return item.published

    def item_updateddate(self, item: Article) -> datetime:
        """Return when it was revised."""
        return item.revised

    def item_categories(self, item: Article) -> list[str]:
        """Return the tags."""
        return [tag.name for tag in item.tagged.all()]


urlpatterns = [path("cursor", CursorList.as_view()), path("number", NumberList.as_view()), path("feed.atom", Latest())]
app = get_wsgi_application()
