"""What would run in a browser, found in a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

SCRIPT: Final = "siege()"
"""What every script calls that is handed in."""


class Active(HTMLParser):
    """Finds what would run in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at what a tag may do."""
        self._inside = tag if tag in {"script", "style"} else ""
        own = SCRIPT in "".join(value or "" for name, value in attrs if name not in {"title", "alt"})
        if own or tag in {"iframe", "object", "embed", "svg", "animate", "form", "base", "frame", "portal", "template"}:
            self.found.append(tag)
        for name, value in attrs:
            scheme = re.sub(r"[\s\0-\x20]", "", value or "").lower()
            if name.startswith("on") or scheme.startswith(("javascript:", "vbscript:", "data:text")):
                self.found.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        """Look at what scripts and styles say."""
        if self._inside and SCRIPT in data:
            self.found.append(data[:200])

    def handle_endtag(self, _tag: str) -> None:
        """Leave a tag."""
        self._inside = ""
