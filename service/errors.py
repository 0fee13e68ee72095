"""What can go wrong in the service itself. A bad capture is no error: it is an `Issue`."""


class ServiceError(Exception):
    """The root of every error that is ours; its text is one line for the person who must act."""


class ConfigError(ServiceError):
    """Settings or data files of the deployment are wrong; one line a mistake."""


class StoreError(ServiceError):
    """The database cannot be used."""


class WorkerError(ServiceError):
    """A process that shared the work of an ingest ended before its work was done."""


class EntryNotFoundError(ServiceError):
    """No entry has this id."""

    def __init__(self, entry_id: object) -> None:
        """Keep the id that was asked for."""
        super().__init__(f"no article has the id {entry_id}")
        self.entry_id = entry_id


class SourceNotFoundError(ServiceError):
    """Nothing is published from this source."""

    def __init__(self, source: str) -> None:
        """Keep the source that was asked for."""
        super().__init__(f"{source}: nothing is published from this source; name a path below the corpus, an address or an id")
        self.source = source


class CursorError(ServiceError):
    """A page cursor is damaged, or was made for another list."""


class QueryTimeoutError(StoreError):
    """A query would take longer than any request may."""


class WithdrawnError(EntryNotFoundError):
    """The entry was published once, and is withdrawn."""

    def __init__(self, entry_id: object) -> None:
        """Keep the id that was asked for."""
        super().__init__(entry_id)
        self.args = (f"the article {entry_id} was withdrawn",)


class ContradictionError(ServiceError):
    """Parameters that are each right, and together mean nothing."""

    def __init__(self, parameter: str, message: str) -> None:
        """Keep the parameter that must go or change."""
        super().__init__(message)
        self.parameter = parameter


class PageError(ServiceError):
    """A page by number that lies too deep."""

    def __init__(self, most: int) -> None:
        """Say how deep they reach, and what reaches deeper."""
        super().__init__(f"pages by number reach {most} articles deep; follow `next` from a list without `page`")


class ZoneNotFoundError(ServiceError):
    """No time zone has this name."""

    def __init__(self, name: str) -> None:
        """Keep the name that was asked for."""
        super().__init__(f"no time zone is called {name}; give an IANA name such as Africa/Casablanca")


class LineageError(ServiceError):
    """A token of another database's history, or of this one before it was made anew."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("the collection was made anew since this token was given; start again, without a token")


class ChannelNotFoundError(ServiceError):
    """Nothing was ever published under this value."""

    def __init__(self, facet: str, value: str) -> None:
        """Keep what was asked for."""
        super().__init__(f"nothing was ever published under the {facet} {value}")
        self.facet, self.value = facet, value


class ArchiveNotFoundError(ServiceError):
    """A channel has no such archive."""

    def __init__(self, name: str) -> None:
        """Keep what was asked for."""
        super().__init__(f"no archive {name}; archives are linked from the feed, by month (2023-11) or `undated`")
        self.name = name


class SearchError(ServiceError):
    """What was typed into a search box cannot be sought."""


class BuildError(ServiceError):
    """The site cannot be written as files."""
