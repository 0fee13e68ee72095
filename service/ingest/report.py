"""What an ingest did, whoever did it: counted as it goes, and kept as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from service.article import Issue
from service.ingest.decide import Outcome
from service.ingest.formats.results import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.ingest.decide import Decision


@dataclass(slots=True)
class Report:
    """What an ingest did: outcomes and findings counted, refused files with their reason.

    `removed` names the sources that this folder gave before and does not hold any more; `pruned` tells that they were
    withdrawn. `elsewhere` is how many entries are published that no capture of this folder gave. `unread` is how many
    captures are in files that did not change since the last ingest, which are published as they were.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    pruned: bool = False
    elsewhere: int = 0
    unread: int = 0

    @classmethod
    def of(cls, content: dict[str, Any]) -> Self:
        """Return the report that was kept as JSON."""
        return cls(
            outcomes=Counter({Outcome(name): count for name, count in content["outcomes"].items() if count}),
            findings=Counter(content["findings"]),
            refused=[Refused(each["name"], Issue(code=each["code"], message=each["message"])) for each in content["refused"]],
            removed=content["removed"],
            pruned=content["pruned"],
            unread=content["unread"],
        )

    @property
    def published(self) -> int:
        """How many captures are published, whether this ingest changed them or not."""
        return self.outcomes.total() - self.outcomes[Outcome.WITHDRAWN] + self.unread

    @property
    def changes(self) -> int:
        """How many revisions this ingest took."""
        return self.outcomes[Outcome.NEW] + self.outcomes[Outcome.CHANGED] + (len(self.removed) if self.pruned else 0)

    def count(self, decisions: Iterable[Decision]) -> None:
        """Count what became of captures, and what was found in them."""
        for decision in decisions:
            self.outcomes[decision.outcome] += 1
            self.findings.update(issue.code for issue in decision.article.issues)

    def content(self) -> dict[str, Any]:
        """Return the report as JSON keeps it."""
        return {
            "outcomes": {outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "findings": dict(self.findings),
            "refused": [{"name": r.name, "code": r.issue.code, "message": r.issue.message} for r in self.refused],
            "removed": self.removed,
            "pruned": self.pruned,
            "unread": self.unread,
        }
