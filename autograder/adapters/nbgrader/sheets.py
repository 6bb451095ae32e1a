"""Tables that learning platforms read and write: Canvas's gradebook, Moodle's grading worksheet.

A sheet is kept as it is but for the cells that are filled in: columns that nobody asked
about, their order, the delimiter and the names of the columns in the teacher's language
must come back unchanged, or the platform refuses it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.errors import CourseError, OutputError
from autograder.messages import say
from autograder.submissions.names import fold, printable
from autograder.submissions.platforms import as_id

CANVAS: Final = {
    "name": ("Student", "LastName"),
    "number": ("ID",),
    "id": ("SIS User ID",),
    "login": ("SIS Login ID",),
    "section": ("Section",),
}
# In English and Korean, as Moodle 4 names them.
MOODLE: Final = {
    "number": ("Identifier", "식별자"),
    "name": ("Full name", "성명", "이름"),
    "id": ("ID number", "ID 번호", "식별 번호", "학번"),
    "login": ("Username", "사용자 아이디", "아이디"),
    "email": ("Email address", "이메일 주소", "이메일"),
    "grade": ("Grade", "성적"),
    "most": ("Maximum grade", "최대 성적"),
    "comment": ("Feedback comments", "피드백 코멘트"),
}
_NEEDED: Final = {"Canvas": (CANVAS, ("name", "number", "section")), "Moodle": (MOODLE, ("number", "grade"))}
_LARGEST: Final = 20 * 2**20
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?%?|-")
# A spreadsheet runs what begins so, also after white space and in the wide forms that Korean keyboards give.
_SIGN: Final = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA: Final = re.compile(rf"\s*{_SIGN}|[\t\r\n]")
_CONTROL: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_AFTER: Final = re.compile(rf"([;\t]\s*)(?={_SIGN})")
"""Where another cell begins for a program that takes another sign for the delimiter, as in many countries."""


@dataclass
class Sheet:
    """A table with a row of column names.

    Attributes
    ----------
    delimiter : str
        Between cells; Canvas writes ``;`` for some languages.
    marked : bool
        Whether it begins with a byte order mark, without which Excel takes
        Korean for gibberish.
    """

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    delimiter: str = ","
    marked: bool = True

    @property
    def platform(self) -> str | None:
        """``Canvas`` or ``Moodle``, if it is a sheet of theirs."""
        for platform, (names, needed) in _NEEDED.items():
            if all(self.column(*names[key]) is not None for key in needed):
                return platform
        return None

    def column(self, *names: str) -> int | None:
        """Return the place of the column that has one of these names."""
        wanted = [fold(name) for name in names]
        return next((place for place, name in enumerate(self.header) if fold(name.strip()) in wanted), None)

    def cell(self, row: Sequence[str], column: int | None) -> str:
        """Return a cell without white space around it; nothing where there is none."""
        return row[column].strip() if column is not None and column < len(row) else ""

    def put(self, row: int, column: int, text: str) -> None:
        """Write one cell."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text

    def only(self, columns: Sequence[int]) -> Sheet:
        """Return a sheet of some of the columns."""
        rows = [[row[place] if place < len(row) else "" for place in columns] for row in (self.header, *self.rows)]
        return Sheet(rows[0], rows[1:], self.delimiter, self.marked)


def read_sheet(path: Path) -> Sheet:
    """Read a table that a platform exported.

    Raises
    ------
    CourseError
        If it can't be read as one.
    """
    name = printable(path.name)
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST)
    except OSError as fault:
        raise CourseError(say("{file} can't be read: {reason}", file=name, reason=fault.strerror or fault)) from fault
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:  # saved by a Korean Excel
        text = data.decode("cp949", "replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as fault:
        raise CourseError(say("{file} can't be read: {reason}", file=name, reason=fault)) from fault
    if not rows:
        raise CourseError(say("{file} is empty", file=name))
    return Sheet(rows[0], rows[1:], delimiter, marked=data.startswith(b"\xef\xbb\xbf"))


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write a table so that neither a platform nor a spreadsheet misreads it.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=sheet.delimiter, lineterminator="\r\n")
    for row in (sheet.header, *sheet.rows):
        writer.writerow([harmless(cell) for cell in row])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(out.getvalue().encode("utf-8-sig" if sheet.marked else "utf-8", "replace"))
    except OSError as fault:
        raise OutputError(
            say("{file} can't be written: {reason}", file=printable(str(path)), reason=fault.strerror or fault),
        ) from fault


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows and never runs; numbers stay numbers."""
    text = _AFTER.sub(r"\1'", _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def number_in(identifier: str) -> str:
    """Return the number at the end of Moodle's identifier: ``Participant 123``."""
    match = re.search(r"\d+$", identifier.strip())
    return match[0] if match else ""


@dataclass(frozen=True)
class Person:
    """Who stands in one row of a sheet.

    Attributes
    ----------
    number : str
        What the platform's names of files hold.
    ids : tuple of str
        By what the school knows them, the most lasting first.
    """

    row: int
    platform: str
    number: str
    name: str
    ids: tuple[str, ...]


def people_in(sheet: Sheet) -> list[Person]:
    """Return the students of a sheet of Canvas or Moodle, without rows that are about no student."""
    platform = sheet.platform
    if not platform:
        return []
    names = _NEEDED[platform][0]
    columns = {key: sheet.column(*names[key]) for key in names}
    order = ("login", "id") if platform == "Canvas" else ("id", "login", "email")
    people = []
    for place, row in enumerate(sheet.rows):
        number = sheet.cell(row, columns["number"])
        number = number_in(number) if platform == "Moodle" else number
        ids = tuple(filter(None, (sheet.cell(row, columns[key]) for key in order)))
        if number or ids:
            people.append(Person(place, platform, number, sheet.cell(row, columns["name"]), ids))
    return people


def match(people: Iterable[Person], keys: Iterable[tuple[str, ...]]) -> list[Person | None]:
    """Find who is meant, or nobody where it could be several.

    Parameters
    ----------
    people : iterable of Person
        Rows of a sheet.
    keys : iterable of tuple of str
        For each student, what may stand in the sheet; a number of the platform's
        is written ``#123``.

    Returns
    -------
    list of Person or None
        For each student; nobody twice.
    """
    known: dict[str, list[Person]] = {}
    for person in people:
        # An id that was fit for a folder is found by what it was made of.
        for key in {fold(name) for id_ in person.ids for name in (id_, as_id(id_))} | (
            {f"#{person.number}"} if person.number else set()
        ):
            known.setdefault(key, []).append(person)
    found = []
    for student in keys:
        rows = {person.row: person for key in student for person in known.get(fold(key), [])}
        found.append(next(iter(rows.values())) if len(rows) == 1 else None)
    taken = [person.row for person in found if person]
    return [person if person and taken.count(person.row) == 1 else None for person in found]
