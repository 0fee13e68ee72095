"""ZIP archives: their members are read as the files of a folder, in memory; nothing is unpacked to disk."""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
import zlib
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from service.ingest.formats.results import MAX_CONTAINER_BYTES, Refused, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.article import Capture

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 8 * MAX_CONTAINER_BYTES
# Text shrinks to a third or a tenth; what shrinks to less than this is made to burst. Small files are let pass.
MAX_RATIO = 100
SMALL = 1024 * 1024
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CENTRAL_ENTRY = b"PK\x01\x02"
ENCRYPTED, UTF_8_NAME = 0x1, 0x800
UNIX = 3


def read_zip(
    raw: bytes, name: str, read_member: Callable[[bytes, str], Iterator[Capture | Refused]]
) -> Iterator[Capture | Refused]:
    """Yield what the members hold, in the order of their names; `read_member` reads the bytes of one."""
    # Counted before the directory is read, as that costs memory for each entry.
    if raw.count(CENTRAL_ENTRY) > MAX_MEMBERS:
        yield refused(name, "too-large", f"it has more than {MAX_MEMBERS} members; split it")
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        yield refused(name, "bad-zip", f"it is no ZIP archive, or a damaged one: {error}")
        return
    left = MAX_UNPACKED_BYTES
    seen: set[str] = set()
    members = sorted((_name(info), index, info) for index, info in enumerate(archive.infolist()) if not info.is_dir())
    members = [member for member in members if not _is_hidden(member[0])]
    if not members:
        yield refused(name, "empty", "there is no file in this archive")
    for member, _, info in members:
        key = f"{name}/{member}"
        problem = _problem(info, member) or (("duplicate-name", "the archive has two of that name") if key in seen else None)
        content = refused(key, *problem) if problem else _content(archive, info, key, left)
        seen.add(key)
        if isinstance(content, Refused):
            yield content
            continue
        left -= len(content)
        yield from read_member(content, key)
        if left <= 0:
            yield refused(name, "too-large", f"it unpacks to over {MAX_UNPACKED_BYTES // 2**20} MiB; the rest is not read")
            return


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name as a key: NFC, with UTF-8 read as such where the archive forgot to say so."""
    name = info.filename
    if not info.flag_bits & UTF_8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.encode("utf-8", "backslashreplace").decode())


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts[:1] or any(part.startswith(".") and part != ".." for part in parts)


def _problem(info: zipfile.ZipInfo, name: str) -> tuple[str, str] | None:
    """Return why a member is not read, by what the directory says of it."""
    parts = name.replace("\\", "/").split("/")
    leads_out = ".." in parts or parts[0] == "" or ":" in parts[0] or not name.isprintable()
    is_link = info.create_system == UNIX and stat.S_ISLNK(info.external_attr >> 16)
    is_dense = info.file_size > SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size)
    faults = (
        (leads_out, "unsafe-name", "its name leads out of the archive"),
        (info.flag_bits & ENCRYPTED, "encrypted", "it is encrypted; pack it without a password"),
        (is_link, "unsafe-name", "it is a link, and those are not followed"),
        (name.lower().endswith(".zip"), "nested-archive", "an archive within an archive is not read; unpack it first"),
        (info.compress_type not in METHODS, "unsupported-compression", "it is not packed as plain ZIP (deflate); pack it anew"),
        (info.file_size > MAX_CONTAINER_BYTES, "too-large", f"it has over {MAX_CONTAINER_BYTES // 2**20} MiB"),
        (is_dense, "zip-bomb", f"it is packed to less than a {MAX_RATIO}th, as no text is"),
    )
    return next(((code, message) for applies, code, message in faults if applies), None)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, key: str, left: int) -> bytes | Refused:
    """Return the bytes of a member; the sizes in the directory are not relied on."""
    limit = min(MAX_CONTAINER_BYTES, left)
    try:
        with archive.open(info) as member:
            content = member.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        return refused(key, "bad-zip", f"it is damaged: {error}")
    if len(content) > MAX_CONTAINER_BYTES:
        return refused(key, "too-large", f"it has over {MAX_CONTAINER_BYTES // 2**20} MiB")
    return content
