"""The zips of a class, unpacked for `nbgrader zip_collect` without trusting what is in them.

nbgrader's own extractor ends at the first damaged zip, unpacks zips in zips in zips as
long as there are any, and reads Korean names as gibberish. Here each zip is read with
bounds, a student's that can't be read stays a file, to be told of when it is graded, and
nothing is written outside the folder.
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from nbgrader.plugins import ExtractorPlugin

from autograder.errors import SubmissionError
from autograder.messages import Message, in_locale, say
from autograder.submissions.archives import MOST_MEMBERS, MOST_MEMBERS_OF_CLASS, list_archive, read_file
from autograder.submissions.files import LARGEST, LARGEST_ARCHIVE, File, read_path
from autograder.submissions.names import is_clutter, printable, suffix
from autograder.submissions.platforms import recognise

_ZIP: Final = ".zip"


@dataclass(frozen=True)
class Extracted:
    """A file that was extracted.

    Attributes
    ----------
    name : str
        Under which it was downloaded, with ``/`` between the parts.
    modified : float
        When it, or the zip around it, was downloaded; seconds since 1970.
    """

    path: Path
    name: str
    modified: float


class Extractor(ExtractorPlugin):
    """Unpacks the zips of a class, and those that students handed in."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy what was downloaded, and unpack its zips.

        Parameters
        ----------
        archive_path, extracted_path : str
            Absolute folders: from where, and to where.
        """
        source, destination = Path(archive_path), Path(extracted_path)
        for folder, _, names in os.walk(source):
            for name in sorted(names):
                path, place = Path(folder, name), destination / Path(folder).relative_to(source)
                if path.is_symlink() or not path.is_file():
                    self._tell(say("{file} is not an ordinary file (a device or a pipe)", file=printable(name)))
                elif suffix(name) == _ZIP:
                    self._unpack(path, place / path.stem)
                else:
                    place.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, place / name)

    def _unpack(self, path: Path, place: Path) -> None:
        try:
            files = list_archive(path, printable(path.name), MOST_MEMBERS_OF_CLASS)
        except SubmissionError as fault:
            self._tell(fault.message)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place.parent / path.name)
            return
        for file in files:
            for inner, data in self._contents(file):
                self._write(place / inner, data)

    def _contents(self, file: File) -> Iterator[tuple[str, bytes]]:
        """Read one member of a class's zip: a file, or the files of a student's zip."""
        if file.is_empty_folder:
            return
        if suffix(file.name) == ".ipynb" and LARGEST < file.size <= LARGEST_ARCHIVE:
            # Its outputs make it large; whoever grades it leaves them out.
            file = replace(file, problem=None)
        try:
            data = read_file(file, LARGEST_ARCHIVE)
        except SubmissionError as fault:
            self._tell(fault.message)
            return
        inside = list(_files_in(data, file.name)) if suffix(file.name) == _ZIP else []
        if inside:
            folder = file.name[: -len(_ZIP)]
            yield from ((f"{folder}/{name}", content) for name, content in inside)
        else:
            yield file.name, data

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as fault:
            reason = fault.strerror or str(fault)
            self._tell(say("{file} can't be written: {reason}", file=printable(path.name), reason=reason))

    def _tell(self, message: Message) -> None:
        self.log.warning("%s", in_locale(message))


def _files_in(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Read the files of a student's zip; none where any of it can't be read: then the zip tells it itself."""
    total, contents = 0, []
    try:
        for file in list_archive(data, name, MOST_MEMBERS):
            if not file.is_empty_folder:
                contents.append((file.name, read_file(file, LARGEST_ARCHIVE - total)))
                total += len(contents[-1][1])
    except SubmissionError:
        return
    yield from contents


def walk_extracted(extracted: Path, archive: Path) -> list[Extracted]:
    """List extracted files, named as they were downloaded: without the zips around them.

    Parameters
    ----------
    extracted, archive : Path
        The folder of extracted files, and the one from which they were extracted.
    """
    found = []
    for folder, folders, names in os.walk(extracted):
        folders[:] = sorted(name for name in folders if not is_clutter(name))
        for name in sorted(names):
            path = Path(folder, name)
            if is_clutter(name) or path.is_symlink() or not path.is_file():
                continue
            parts = path.relative_to(extracted).parts
            origin, inside = _origin(parts, archive)
            shown = "/".join(
                unicodedata.normalize("NFC", os.fsencode(part).decode("utf-8", "replace")) for part in inside
            )
            found.append(Extracted(path, shown, _modified(origin)))
    return found


def _origin(parts: tuple[str, ...], archive: Path) -> tuple[Path, tuple[str, ...]]:
    """Find what a file was extracted from, and what its path is in there."""
    place = archive
    for depth, part in enumerate(parts):
        zipped = place / f"{part}.zip"
        if zipped.is_file() and not recognise([f"{part}/."], unpacked=True)[0]:
            return zipped, parts[depth + 1 :]
        place = place / part
        if not place.is_dir():
            return (place if place.is_file() else zipped), parts[depth:]
        if recognise([f"{part}/."], unpacked=True)[0]:
            return place, parts[depth:]
    return place, parts[-1:]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def read_extracted(file: Extracted) -> bytes:
    """Return a file's bytes, or none where it can't be read."""
    try:
        return read_path(file.path, file.name, LARGEST_ARCHIVE)
    except SubmissionError:
        return b""
