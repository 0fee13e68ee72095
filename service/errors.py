"""What can go wrong in the service itself. A bad capture is no error: it is an `Issue`."""


class ServiceError(Exception):
    """The root of every error that is ours; its text is one line for the person who must act."""


class ConfigError(ServiceError):
    """Settings or data files of the deployment are wrong; one line a mistake."""


class StoreError(ServiceError):
    """The database cannot be used."""


class WorkerError(ServiceError):
    """A process that shared the work of an ingest ended before its work was done."""


class RunReplacedError(ServiceError):
    """An ingest that workers share was replaced by another of the same folder while it was being read."""

    def __init__(self) -> None:
        """Say what happened."""
        super().__init__("another queued ingest of this folder began meanwhile, and takes the place of this one")


class TurnError(ServiceError):
    """Captures that workers share cannot be published yet: those before them are not."""


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
    """A page cursor, or a token of the log of changes, is damaged or was made for another list."""

    def __init__(self, message: str, parameter: str = "cursor") -> None:
        """Keep the parameter that it was given in."""
        super().__init__(message)
        self.parameter = parameter


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


class WritingOffError(ServiceError):
    """Nobody may write here, as no token was ever made."""

    def __init__(self) -> None:
        """Say how to let somebody."""
        super().__init__("writing is off: there is no token; `nashra token create NAME --scope write` makes one")


class TokenError(ServiceError):
    """A request has no token, or one that is not good; `is_given` tells which."""

    def __init__(self, message: str, *, is_given: bool) -> None:
        """Keep whether there was one."""
        super().__init__(message)
        self.is_given = is_given


class ScopeError(ServiceError):
    """A token is good, but not for this."""

    def __init__(self, scope: str) -> None:
        """Keep what it would have to be good for."""
        super().__init__(f"the token has not the scope `{scope}`, which this needs")
        self.scope = scope


class BodyError(ServiceError):
    """The body of a request is not what it is said to be."""


class MediaTypeError(ServiceError):
    """The body of a request is of a kind that is not read here; `header` tells clients which are, `accepted`."""

    def __init__(self, said: str, accepted: str, header: str) -> None:
        """Keep what is read here."""
        super().__init__(f"Content-Type: {said or 'none'} is not read here; send {accepted}")
        self.accepted, self.header = accepted, header


class RecordError(ServiceError):
    """A record, or a change of an article, cannot be used; `pointer` (RFC 6901) names the member that is wrong."""

    def __init__(self, code: str, message: str, pointer: str) -> None:
        """Keep what is wrong, and where."""
        super().__init__(message)
        self.code, self.pointer = code, pointer


class PreconditionError(ServiceError):
    """What is published is not what the client thinks."""


class CuratedError(ServiceError):
    """A person withdrew what a request would publish."""

    def __init__(self, source: str) -> None:
        """Keep the source."""
        super().__init__(
            f"{source} was withdrawn by a curator; only the scope `curate` may PUT it again; `nashra reinstate` lets it in too"
        )
        self.source = source


class KeyReusedError(ServiceError):
    """An Idempotency-Key came with another request before."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("this Idempotency-Key came with another request before; give each request a key of its own")


class KeyInUseError(ServiceError):
    """The request that an Idempotency-Key came with before is still under way."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("the request with this Idempotency-Key is still under way; ask again for its answer")
