"""`nbgrader collect` from a folder that students write to.

Whoever may hand in may put anything there, also without `nbgrader submit`, and it is
read with the instructor's rights. What nbgrader's own step would copy for a student,
to be handed back as feedback, is not for students to choose; and no student's folder
may stop the others' from being collected.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import stat
from pathlib import Path
from typing import Any, Final

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc

from autograder.adapters.nbgrader.copying import copying_for
from autograder.adapters.nbgrader.times import time_in
from autograder.messages import Message, say
from autograder.submissions.handed_in import TIMESTAMP
from autograder.submissions.names import printable

SECRET: Final = "submission_secret.txt"  # noqa: S105 - the name of nbgrader's file
_REFUSED: Final = "autograder_refused"
_SLACK: Final = dt.timedelta(minutes=10)
_NEVER: Final = dt.datetime(1, 1, 1)  # noqa: DTZ001 - as nbgrader holds times


class Collect(ExchangeCollect):
    """Collects ordinary files only, student by student."""

    src_records: list[dict[str, Any]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Read a folder's name; one that nbgrader can't read costs nobody the others."""
        name = Path(path).name
        student, *rest = name.rsplit("+", 3)
        try:
            time = parse_utc(rest[1])
            is_folder = stat.S_ISDIR(os.lstat(path).st_mode)
        except Exception:  # noqa: BLE001 (what dateutil raises depends on what it reads)
            time, is_folder = None, False
        if time is None or not is_folder or student in {"", ".", ".."}:
            self._tell(say("{file} was left out: it is no submission", file=printable(name)))
            # Under a name that is nobody's, so that it stands in no student's way.
            return {"username": f"\0{name}", "filename": name, "timestamp": _NEVER, _REFUSED: True}
        return {"username": student, "filename": name, "timestamp": time}

    def copy_files(self) -> None:
        """Collect what `init_src` found."""
        self.src_records = [record for record in self.src_records if not record.get(_REFUSED)]
        super().copy_files()

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:  # noqa: ARG002 - nbgrader's signature
        """Copy one submission."""
        source, target = Path(src), Path(dest)
        try:
            target.mkdir(parents=True, exist_ok=True)
            copying_for(self).copy(source, target)
            self._complete(source, target)
        except Exception:
            # The boundary: one student's folder costs nobody the others.
            self.log.exception("%s could not be collected", src)

    def _complete(self, source: Path, target: Path) -> None:
        """Write what nbgrader needs to give feedback back; the folder's name tells the time."""
        record = self._path_to_record(str(source))
        claimed = record["timestamp"]
        try:
            written = time_in(target)
        except ValueError:
            written = None
        if written != claimed:
            (target / TIMESTAMP).unlink(missing_ok=True)
            (target / TIMESTAMP).write_text(f"{claimed:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="utf-8")
        if not (target / SECRET).is_file():
            # Nobody knows it: without one, nbgrader would release nobody's feedback.
            (target / SECRET).write_text(secrets.token_hex(64), encoding="utf-8")
        changed = dt.datetime.fromtimestamp(source.lstat().st_ctime, dt.timezone.utc).replace(tzinfo=None)
        if changed - claimed > _SLACK:
            self._tell(
                say(
                    "{file} says that it was handed in at {claimed}, but was last changed at {changed} (UTC)",
                    file=printable(source.name),
                    claimed=f"{claimed:%Y-%m-%d %H:%M}",
                    changed=f"{changed:%Y-%m-%d %H:%M}",
                )
            )

    def _tell(self, message: Message) -> None:
        self.log.warning("%s", message["en"])
