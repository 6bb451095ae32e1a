"""What a document shows, for tests that do it: commands and their outputs, files and their changes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[1] / "docs"
LEFT_OUT: Final = "[...]"
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT: Final = re.compile(r"^(?P<who>\w+)?\$ (?P<command>.+)$")
# The line before a block may say which file it is, which function of a file, or that it comes at its end.
_PLACE: Final = re.compile(r"(?:`(?P<function>\w+)` in |(?P<end>at the end of ))?`(?P<path>[\w./]+)`:$")


@dataclass
class Step:
    """One command of a document, who types it, and the output that the document shows."""

    who: str
    command: str
    output: list[str] = field(default_factory=list)

    def shows(self, printed: str) -> bool:
        """Say whether the document shows what was printed: `[...]` is what was left out, columns may be wider."""
        lines = []
        for line in self.output:
            parts = [re.sub(r"(?:\\ ){2,}", r" +", re.escape(part)) for part in line.split(LEFT_OUT)]
            lines.append(r"(?:.*\n)*?" if line == LEFT_OUT else ".*".join(parts) + r"\n")
        bare = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
        return re.fullmatch("".join(lines), bare) is not None


@dataclass
class Passage:
    """A block that is a file, or a part of one."""

    path: str
    text: str
    function: str | None = None
    at_end: bool = False

    def write(self, folder: Path) -> None:
        """Do with the file what the document says."""
        path = folder / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if self.function or self.at_end else self.text
        if self.function:
            definition = re.compile(rf"^def {self.function}\(.*?(?=^\S)", re.DOTALL | re.MULTILINE)
            text, times = definition.subn(lambda _: f"{self.text}\n\n", text)
            assert times == 1, self.function
        if self.at_end:
            text = f"{text}\n\n{self.text}"
        path.write_text(text, encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the blocks of one language in a document of docs/."""
    return [text for kind, text in _FENCE.findall(_read(name)) if kind == language]


def prose(name: str) -> str:
    """Return a document of docs/ without its blocks."""
    return _FENCE.sub("", _read(name))


def steps(name: str, language: str = "console") -> Iterator[Step]:
    """Yield the commands of a document's blocks of one language, in their order."""
    for text in blocks(name, language):
        yield from _steps(text)


def walk(name: str) -> Iterator[Step | Passage]:
    """Yield the files and the commands of a document in their order."""
    text = _read(name)
    for block in _FENCE.finditer(text):
        place = _PLACE.search(text[: block.start()].rstrip())
        if block[1] == "console":
            yield from _steps(block[2])
        elif place:
            yield Passage(place["path"], block[2], place["function"], at_end=bool(place["end"]))


def run(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a shell command with this Python's programs, and return what it printed.

    Raises
    ------
    AssertionError
        If it fails.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**environment, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=300,
    )
    text = done.stdout.decode()
    assert done.returncode == 0, f"{command}\n{text}"
    return text


def _read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _steps(text: str) -> Iterator[Step]:
    step: Step | None = None
    for line in text.splitlines():
        prompt = _PROMPT.match(line)
        if prompt:
            if step:
                yield step
            step = Step(prompt["who"] or "teacher", prompt["command"])
        elif step:
            step.output.append(line)
    if step:
        yield step
