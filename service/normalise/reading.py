"""The fields of an article while they are settled: what was said outranks what was read, and both are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from service.article import Confidence, Evidence, Issue

if TYPE_CHECKING:
    from service.article import Capture

# The rule of a value that a person declared in the front matter; other declarations bear the name of who made them.
DECLARED = "declared"
# The rule of a value that a person pinned in the database.
PINNED = "pinned"
# A person writes `author`, be it one or several.
DECLARED_AS = {"authors": "author"}


@dataclass(slots=True)
class Reading:
    """Values, evidence and issues of one capture."""

    capture: Capture
    values: dict[str, Any] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def said(self, name: str) -> str | None:
        """Return what was declared for a field."""
        return self.capture.declared.get(DECLARED_AS.get(name, name))

    def settle(self, name: str, declared: Any, read: tuple[Any, Evidence] | None) -> None:
        """Give a field its value: the declared one if there is any (not None), else the one that was read."""
        if declared is not None:
            by = self.capture.declared_by.get(DECLARED_AS.get(name, name))
            confidence = Confidence.CERTAIN if by in (None, PINNED) else Confidence.LIKELY
            raw = self.said(name) or ""
            self.values[name] = declared
            self.evidence.append(Evidence(field=name, raw=raw, span=None, rule=by or DECLARED, confidence=confidence))
            if read and read[0] != declared:
                message = f"the page reads {read[1].raw!r}, but {raw!r} was declared; the declared value holds"
                self.doubt("conflict", name, message, read[1].raw)
        elif read:
            self.values[name] = read[0]
            self.evidence.append(read[1])

    def doubt(self, code: str, name: str | None, message: str, raw: str | None = None) -> None:
        """Note a problem with the capture."""
        self.issues.append(Issue(code=code, field=name, raw=raw, message=message))
