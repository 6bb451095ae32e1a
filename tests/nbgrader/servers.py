"""A PostgreSQL server of our own, for as long as some tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDERS: Final = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
USER: Final = "grader"
PASSWORD: Final = "pass/word@1"
ATTEMPTS: Final = 3


def find_postgres() -> Path | None:
    """Return the folder of the server's programs, the newest ones."""
    if FOLDERS:
        return FOLDERS[-1]
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, int]]:
    """Run a server that keeps its data in an empty folder; yield its address and port."""
    programs = find_postgres()
    assert programs
    # It refuses to run as root.
    prefix: Sequence[str] = ()
    if os.geteuid() == 0:
        prefix = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
        # pytest closes its folders to other users, however many there are in each other.
        for place in (folder, *(parent for parent in folder.parents if parent.name.startswith(("pytest-", "popen-")))):
            place.chmod(0o755)
        shutil.chown(folder, "nobody", "nogroup")
    data, secret, log = folder / "data", folder / "password", folder / "log"
    secret.write_text(PASSWORD)

    def run(*command: str) -> bool:
        done = subprocess.run(
            [*prefix, *command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120
        )
        return done.returncode == 0

    made = run(
        *(str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}"),
        *("--no-sync", "-E", "UTF8", "--locale=C"),
    )
    assert made, "initdb"
    control = str(programs / "pg_ctl"), "-D", str(data), "-w"
    for _ in range(ATTEMPTS):
        port = free_port()
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
        if run(*control, "-o", settings, "-l", str(log), "start"):
            break
    else:
        raise AssertionError(log.read_text(encoding="utf-8"))
    try:
        yield "127.0.0.1", port
    finally:
        run(*control, "-m", "immediate", "stop")


def free_port() -> int:
    """Return a port that nobody uses now; somebody may take it the next moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
