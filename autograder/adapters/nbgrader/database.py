"""nbgrader's gradebook, opened: its address, its tables, their version, and what can go wrong."""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

from autograder.adapters.nbgrader.alone import module_alone
from autograder.adapters.nbgrader.source import library
from autograder.errors import OutputError
from autograder.messages import Message, say

BUSY_S: Final = 30
"""Seconds to wait for another program that is writing."""
DEFAULT_COURSE: Final = "default_course"
_LOCK: Final = 20_260_101
"""A number of our own among PostgreSQL's advisory locks."""
_ALEMBIC: Final = "alembic_version"
_REVISION: Final = re.compile(r"^(down_)?revision\s*=\s*(?:['\"](\w+)['\"]|None)", re.MULTILINE)
_SECRET_KEYS: Final = re.compile(r"(password=)[^&]*", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where a gradebook is.

    Attributes
    ----------
    url : sqlalchemy.URL
        As it is connected to.
    shown : str
        For people: without a password.
    file : Path or None
        The file of an SQLite gradebook.
    """

    url: Any
    shown: str
    file: Path | None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read what the operator named: a URL of SQLAlchemy's, or the path of a file.

        Raises
        ------
        OutputError
            If it is neither, or nbgrader is not installed.
        """
        engine = library("sqlalchemy")
        try:
            url = engine.make_url(text) if "://" in text else engine.URL.create("sqlite", database=text)
        except (engine.exc.SQLAlchemyError, ValueError) as error:
            shown = _SECRET_KEYS.sub(r"\1***", re.sub(r"://.*@", "://***@", text))
            reason = say("it is no URL of a database, such as sqlite:///gradebook.db or postgresql://user@host/name")
            raise OutputError(cannot_open(shown, reason)) from error
        shown = _SECRET_KEYS.sub(r"\1***", url.render_as_string(hide_password=True))
        file = None
        if url.get_backend_name() == "sqlite":
            if url.database in {None, "", ":memory:"} or "mode=memory" in text:
                reason = say("it would be gone at the end; name a file, such as sqlite:///gradebook.db")
                raise OutputError(cannot_open(shown, reason))
            file = Path(os.path.abspath(url.database.removeprefix("file:").split("?")[0]))  # noqa: PTH100 - a link stays
        elif url.drivername == "postgresql" and not _installed("psycopg2") and _installed("psycopg"):
            url = url.set(drivername="postgresql+psycopg")
        return cls(url, shown, file)

    def is_that_of(self, text: str) -> bool:
        """Say whether another text leads to the same gradebook."""
        try:
            other = Address.parse(text)
        except OutputError:
            return False
        if self.file or other.file:
            return self.file == other.file
        return [getattr(self.url, key) for key in ("host", "port", "database")] == [
            getattr(other.url, key) for key in ("host", "port", "database")
        ]

    def explain(self, error: BaseException) -> str:
        """Return in one line, and without the password, what a database said."""
        said = getattr(error, "orig", None) or error
        line = next(iter(str(said).strip().splitlines()), type(said).__name__)
        secrets = [self.url.password, *(value for key, value in self.url.query.items() if "password" in key.lower())]
        for secret in map(str, filter(None, secrets)):
            for form in (secret, quote(secret), quote_plus(secret)):
                line = line.replace(form, "***")
        return line


def open_gradebook(address: Address, course_id: str) -> Any:
    """Open a gradebook; one that is new gets its tables.

    Parameters
    ----------
    course_id : str
        nbgrader's name of the course.

    Returns
    -------
    nbgrader.api.Gradebook
        To be closed.

    Raises
    ------
    OutputError
        If it can't be opened; the message says why, and what to do.
    """
    api = module_alone("nbgrader.api")
    exceptions = library("sqlalchemy").exc
    try:
        # A database that looks after references wants a course that is there.
        course_id = course_id or DEFAULT_COURSE
        engine = api.create_engine(address.url)
        try:
            _prepare(engine, api, address, course_id)
        finally:
            engine.dispose()
        return api.Gradebook(address.url, course_id)
    except exceptions.NoSuchModuleError as error:
        reason = say("SQLAlchemy knows no such database")
        raise OutputError(cannot_open(address.shown, reason)) from error
    except ModuleNotFoundError as error:
        reason = say("its driver is not installed: pip install {package}", package=error.name)
        raise OutputError(cannot_open(address.shown, reason)) from error
    except (exceptions.SQLAlchemyError, api.InvalidEntry, OSError, ValueError) as error:
        raise OutputError(cannot_open(address.shown, address.explain(error))) from error


def _prepare(engine: Any, api: Any, address: Address, course_id: str) -> None:
    """Make what is missing of a gradebook, as nbgrader would, and refuse one that another version has made."""
    head = _head(Path(api.__file__).parent / "alembic" / "versions")
    with engine.begin() as connection:
        ready = _is_ready(connection, api, address, head) and _has_course(connection, api, course_id)
    if ready:
        return
    with engine.begin() as connection:
        lock(connection)
        # Of two that come at once and find nothing, one makes it, and the other has waited for it.
        if not _is_ready(connection, api, address, head):
            api.Base.metadata.create_all(bind=connection)
            # nbgrader starts a program to learn the version of its tables; the same stands in its files.
            connection.execute(api.text(f"CREATE TABLE {_ALEMBIC} (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(api.text(f"INSERT INTO {_ALEMBIC} VALUES (:head)"), {"head": head})  # noqa: S608
        if not _has_course(connection, api, course_id):
            connection.execute(api.Base.metadata.tables["course"].insert(), {"id": course_id})


def _is_ready(connection: Any, api: Any, address: Address, head: str | None) -> bool:
    tables = set(api.inspect(connection).get_table_names())
    if _ALEMBIC not in tables and not tables & set(api.Base.metadata.tables):
        return False
    found = None
    if _ALEMBIC in tables:
        found = connection.execute(api.text(f"SELECT version_num FROM {_ALEMBIC}")).scalar()  # noqa: S608 - our own text
    if found != head:
        raise OutputError(cannot_open(address.shown, _other_version(tables)))
    return True


def _has_course(connection: Any, api: Any, course_id: str) -> bool:
    courses = api.Base.metadata.tables["course"]
    return connection.execute(api.select(courses.c.id).where(courses.c.id == course_id)).first() is not None


def lock(connection: Any, patience_s: float = BUSY_S) -> None:
    """Let no other run of ours write before this transaction ends: what was read stays true until then.

    Parameters
    ----------
    patience_s : float
        How long to wait for others.
    """
    milliseconds = round(1000 * patience_s)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _other_version(tables: set[str]) -> Message:
    if "assignment" not in tables:
        return say("it belongs to another program")
    return say("another version of nbgrader made it; bring it up to date first: nbgrader db upgrade")


def _head(folder: Path) -> str | None:
    """Return the newest version of nbgrader's tables: the one that no other builds upon."""
    revisions: set[str] = set()
    built_upon: set[str] = set()
    for path in folder.glob("*.py"):
        for down, name in _REVISION.findall(path.read_text(encoding="utf-8")):
            (built_upon if down else revisions).add(name)
    return next(iter(revisions - built_upon), None)


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def cannot_open(shown: str, reason: Message | str) -> Message:
    """Say that a gradebook can't be opened, and why."""
    return say("the gradebook {url} can't be opened: {reason}", url=shown, reason=reason)
