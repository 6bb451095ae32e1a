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
        for place in (folder, *folder.parents[:2]):
            place.chmod(0o755)
        shutil.chown(folder, "nobody", "nogroup")
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        done = subprocess.run(
            [*prefix, *command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run(
        *(str(programs / "initdb"), "-D", str(data), "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}"),
        *("--no-sync", "-E", "UTF8", "--locale=C"),
    )
    settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
    log = folder / "log"
    run(str(programs / "pg_ctl"), "-D", str(data), "-o", settings, "-l", str(log), "-w", "start")
    try:
        yield "127.0.0.1", port
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
