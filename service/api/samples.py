"""What the description of the API shows of bodies that come in."""

from __future__ import annotations

from typing import Any

from schemas.captures import AmendmentBody, RecordBody, ResultBody, ResultsBody
from service.api.bodies import JSON, MERGE_PATCH, NDJSON
from service.ingest.formats.records import TEXT_KEYS

RECORD: dict[str, Any] = {
    "url": "https://www.hespress.com/1234567.html",
    "title": "الفلاحون ينتظرون موسم الزيتون",
    "authors": ["أمينة الإدريسي"],
    "published": "2023-11-01",
    "captured": "2023-11-02T08:00:00Z",
    "text": "أعلنت وزارة الفلاحة أن موسم الزيتون سيبدأ هذا الأسبوع في أقاليم الجهة الشرقية، وأن الأسعار ستبقى مستقرة.",
}
# There is text in one of them.
ANY_RECORD = {
    "allOf": [RecordBody],
    "anyOf": [{"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}} for name in (*TEXT_KEYS, "html")],
}
CAPTURE = {"required": True, "content": {JSON: {"schema": ANY_RECORD, "example": RECORD}}}
CAPTURES = {
    "required": True,
    "content": {
        JSON: {"schema": ANY_RECORD, "example": RECORD},
        NDJSON: {"schema": {"type": "string", "description": "A record a line."}},
    },
}
RESULTS = {JSON: {"schema": {"anyOf": [ResultBody, ResultsBody]}}}
AMENDMENT = {
    "required": True,
    "content": {MERGE_PATCH: {"schema": AmendmentBody, "example": {"published": "2024-05-01", "title": None}}},
}
