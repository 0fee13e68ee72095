"""What can go wrong in the service itself. A bad capture is no error: it is an `Issue`."""


class ServiceError(Exception):
    """The root of every error that is ours; its text is one line for the person who must act."""


class ConfigError(ServiceError):
    """Settings or data files of the deployment are wrong; one line a mistake."""


class StoreError(ServiceError):
    """The database cannot be used."""


class EntryNotFoundError(ServiceError):
    """No entry has this id."""

    def __init__(self, entry_id: object) -> None:
        """Keep the id that was asked for."""
        super().__init__(f"no article has the id {entry_id}")
        self.entry_id = entry_id


class CursorError(ServiceError):
    """A page cursor is damaged, or was made for another list."""
