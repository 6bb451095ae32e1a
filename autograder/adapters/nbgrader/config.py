"""nbgrader's settings for a course of this shape: one place for the rule.

Called by the `nbgrader_config.py` in the course's folder::

    from pathlib import Path
    from autograder.adapters.nbgrader.config import configure

    c = get_config()
    configure(c, Path(__file__).parent)

What stands behind these lines there overrides what is set here.
"""

from __future__ import annotations

import glob
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from autograder.adapters.nbgrader import logs
from autograder.assignments import SETTINGS
from autograder.errors import CourseError
from autograder.messages import say
from autograder.releasing import STUB
from autograder.variants import MISTAKES

FILE: Final = "nbgrader_config.py"
PUBLIC: Final = "test_public.py"
"""The one file of a source folder, beside the notebooks, that students receive."""

_OURS: Final = "autograder.adapters.nbgrader"
_NBGRADER: Final = "nbgrader.preprocessors"
_IGNORED: Final = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".pytest_cache")
# By name, for a folder that has no settings (yet), so that it may be an ordinary one.
_SECRET: Final = ("*hidden*", "cases", "expected.toml", "library.py", MISTAKES)
_STUBS: Final = {
    "python": "\n".join(STUB),
    "R": "# YOUR CODE HERE\nfail()",
    "matlab": "% YOUR CODE HERE\nerror('No Answer Given!')",
    "octave": "% YOUR CODE HERE\nerror('No Answer Given!')",
    "sas": "/* YOUR CODE HERE */\n %notImplemented;",
    "java": "// YOUR CODE HERE",
}


def configure(c: Any, root: Path) -> None:
    """Set nbgrader up for the course in a folder.

    Parameters
    ----------
    c : traitlets.config.Config
        What `get_config()` returned.
    root : Path
        The folder that holds `solutions/`.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would leave a linked course folder
    find_alembic()
    logs.install()
    # Not where only the gradebook is of use: to import these takes two seconds.
    if "nbgrader.apps.api" in sys.modules:
        from autograder.adapters.nbgrader import times  # noqa: PLC0415 - likewise

        times.install()
    if "nbgrader.server_extensions.formgrader.base" in sys.modules:
        from autograder.adapters.nbgrader import formgrader  # noqa: PLC0415 - likewise

        formgrader.install()
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "assignments"
    c.CourseDirectory.ignore = [*_IGNORED, *secret_files(root)]
    c.ClearSolutions.code_stub = dict(_STUBS)
    c.GenerateAssignment.preprocessors = [
        f"{_NBGRADER}.IncludeHeaderFooter",
        f"{_NBGRADER}.InstantiateTests",
        f"{_NBGRADER}.LockCells",
        f"{_NBGRADER}.ClearSolutions",
        f"{_NBGRADER}.ClearOutput",
        f"{_NBGRADER}.CheckCellMetadata",
        f"{_NBGRADER}.ComputeChecksums",
        f"{_NBGRADER}.SaveCells",
        f"{_NBGRADER}.ClearHiddenTests",
        f"{_NBGRADER}.ClearMarkScheme",
        f"{_NBGRADER}.ComputeChecksums",
        f"{_NBGRADER}.CheckCellMetadata",
        f"{_OURS}.release.seal",
    ]
    c.GenerateAssignment.post_convert_hook = f"{_OURS}.release.complete"
    c.Autograde.exporter_class = f"{_OURS}.finding.SubmissionExporter"
    c.Autograde.sanitize_preprocessors = [
        f"{_NBGRADER}.ClearOutput",
        f"{_OURS}.preprocessors.Restore",
        f"{_NBGRADER}.DeduplicateIds",
        f"{_NBGRADER}.OverwriteKernelspec",
        f"{_NBGRADER}.OverwriteCells",
        f"{_NBGRADER}.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        f"{_OURS}.preprocessors.Grade",
        f"{_NBGRADER}.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        f"{_NBGRADER}.LimitOutput",
        f"{_NBGRADER}.SaveAutoGrades",
        f"{_OURS}.preprocessors.Flag",
        f"{_NBGRADER}.AssignLatePenalties",
        f"{_NBGRADER}.CheckCellMetadata",
    ]
    c.GenerateFeedback.preprocessors = [
        f"{_NBGRADER}.GetGrades",
        f"{_OURS}.preprocessors.Conceal",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    c.ExportApp.plugin_class = f"{_OURS}.grades.CsvExport"
    c.ExchangeFactory.collect = f"{_OURS}.exchange.Collect"
    c.ZipCollectApp.extractor_plugin = f"{_OURS}.unpacking.Extractor"
    c.ZipCollectApp.collector_plugin = f"{_OURS}.collecting.Collector"


def find_settings(root: Path) -> Any:
    """Return the settings that nbgrader has in a course, the instructor's own among them.

    Parameters
    ----------
    root : Path
        The folder that holds `solutions/`.

    Returns
    -------
    traitlets.config.Config
        Those of the machine, of the user and of the course's `nbgrader_config.py`;
        without such a file, what `configure` sets.

    Raises
    ------
    CourseError
        If one of the files fails.
    """
    from jupyter_core.paths import jupyter_config_path  # noqa: PLC0415 - nbgrader need not be there
    from traitlets.config.loader import Config, PyFileConfigLoader  # noqa: PLC0415 - likewise

    settings = Config()
    if not (root / FILE).exists():
        configure(settings, root)
    for folder in (*reversed(jupyter_config_path()), str(root)):
        if os.path.exists(os.path.join(folder, FILE)):  # noqa: PTH110, PTH118
            try:
                settings.merge(PyFileConfigLoader(FILE, path=folder).load_config())
            except Exception as fault:
                raise CourseError(
                    say("{file}: {reason}", file=os.path.join(folder, FILE), reason=f"{type(fault).__name__}: {fault}"),  # noqa: PTH118
                ) from fault
    return settings


def find_alembic() -> None:
    """Let nbgrader find the program `alembic`, which it starts by name to make a gradebook.

    It lies beside Python, and is not found where a virtual environment is used
    without being activated.
    """
    beside = Path(sys.executable).parent
    if not shutil.which("alembic") and shutil.which("alembic", path=str(beside)):
        os.environ["PATH"] = os.pathsep.join(filter(None, (os.environ.get("PATH"), str(beside))))


def secret_files(root: Path) -> list[str]:
    """Return the patterns of all that nbgrader must neither release nor copy over a submission.

    nbgrader copies whatever lies in a source folder to the students. Here nothing
    goes out but the notebooks and the public checks: the patterns stand for every
    other name, also of files that are still to be written. They begin with the
    source folder, so that they hold there only: what a student hands in may well be
    called like a solution, and must not be lost.

    Parameters
    ----------
    root : Path
        The absolute folder that holds `solutions/`.

    Returns
    -------
    list of str
        Patterns for `CourseDirectory.ignore`.
    """
    # nbgrader writes the folder of a source with a dot where the student's name stands elsewhere.
    source = os.path.join(glob.escape(str(root)), "solutions", ".")  # noqa: PTH118
    ordinary = [folder.name for folder in _folders(root / "solutions") if not (folder / SETTINGS).exists()]
    places = [name for folder in _folders(root / "solutions") if (name := folder.name) not in ordinary]
    closed = [glob.escape(name) for name in places] if ordinary else ["*"]
    patterns = [os.path.join(folder, name) for folder in closed for name in all_but(PUBLIC)]  # noqa: PTH118
    by_name = [os.path.join("*", name) for name in (*_SECRET, SETTINGS, ".*")]  # noqa: PTH118
    return [os.path.join(source, pattern) for pattern in (*patterns, *by_name)]  # noqa: PTH118


def _folders(source: Path) -> list[Path]:
    return sorted(folder for folder in source.iterdir() if folder.is_dir()) if source.is_dir() else []


def all_but(name: str) -> list[str]:
    """Return patterns that together match every file name but one.

    Parameters
    ----------
    name : str
        Without characters that mean something in a pattern.
    """
    others = [f"{name[:end]}[!{letter}]*" for end, letter in enumerate(name)]
    beginnings = [name[:end] for end in range(1, len(name))]
    return [*others, *beginnings, f"{name}?*", ".*"]
