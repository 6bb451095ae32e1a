"""nbgrader's formgrader in a real browser: our points and messages, a teacher's own words, and nobody's scripts."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.nbgrader.answers import filled, functions_of, hand_in, text
from tests.nbgrader.conftest import ROOT, CourseCopy, Nbgrader

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
DRIVER: Final = shutil.which("chromedriver")
NAME: Final = "gradient_descent"
CASES: Final = {"student01": "right_loops", "student02": "wrong_loss_sum", "student03": "wrong_loss_sum"}
BY_COMMAND: Final = "student03"
ACTING: Final = "<img src=x onerror=window.attacked=document.title>#"
"""What a student's folder may be called; what follows the # is lost where a script asks for it."""
PATIENCE: Final = 60  # seconds
TOKEN: Final = "for-this-test-only"

# Whatever of this runs leaves its mark. The last one wears the id of a score field.
ACTIVE: Final = """# Loss

<script>window.attacked = "script"</script>
<img src="none" onerror="window.attacked = 'onerror'">
<svg onload="window.attacked = 'svg'"></svg>
<iframe srcdoc="<script>parent.attacked = 'iframe'</script>"></iframe>
<details open ontoggle="window.attacked = 'toggle'">x</details>
<b id="gradient_descent">three</b>
"""
# The formgrader takes MathJax from the network, and without it stops half way.
MATHJAX: Final = "window.MathJax = {Hub: {Startup: {signal: {Interest: function () {}}}}};"
FLAGS: Final = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --window-size=1200,2400"""

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")


@dataclass
class Formgrader:
    """The formgrader of a course, open in a browser."""

    course: Path
    url: str
    browser: webdriver.Chrome

    def open(self, path: str) -> None:
        """Open a page of the formgrader's."""
        self.browser.get(f"{self.url}/formgrader/{path}")

    def script(self, script: str) -> Any:
        """Return what a script in the page returns."""
        return self.browser.execute_script(f"return {script}")

    def find(self, selector: str, text: str = "") -> WebElement:
        """Wait for an element that holds a text, and return it."""

        def look(browser: webdriver.Chrome) -> WebElement | None:
            found = browser.find_elements(By.CSS_SELECTOR, selector)
            return next((one for one in found if text in one.text), None)

        waiting = WebDriverWait(self.browser, PATIENCE, ignored_exceptions=[WebDriverException])
        return cast("WebElement", waiting.until(look, f"no {selector} with {text!r} on {self.browser.current_url}"))

    def wait(self, script: str) -> None:
        """Wait until a script returns something true."""
        WebDriverWait(self.browser, PATIENCE).until(lambda _: self.script(script), script)

    def autograde(self, student: str) -> str:
        """Press a student's Autograde button, and return what the page says then."""
        self.open(f"manage_submissions/{NAME}")
        self.row(student).find_element(By.CSS_SELECTOR, ".autograde a").click()
        told = str(self.find(".modal.in .modal-body", "autograd").text)
        self.script("$('.modal').modal('hide')")
        self.wait("$('.modal').length == 0")
        return told

    def row(self, student: str) -> WebElement:
        """Return a student's row in the list of submissions."""
        cell = self.find("td.student-id", student)
        return cell.find_element(By.XPATH, "..")

    def open_submission(self, student: str) -> None:
        """Open a student's notebook, and wait until its scores and comments are there."""
        self.open(f"gradebook/{NAME}/{NAME}")
        self.wait("typeof models != 'undefined' && models && models.loaded")
        ids = self.script("models.map(one => [one.get('student'), one.get('id')])")
        self.open(f"submissions/{dict(ids)[student]}")
        self.wait("formgrader.loaded && formgrader.grades.loaded && formgrader.comments.loaded")

    def score_field(self, exercise: str) -> WebElement:
        """Return the field for an exercise's points."""
        return self.browser.find_element(By.CSS_SELECTOR, f"input.score[id='{exercise}']")

    def scores(self) -> dict[str, str]:
        """Return what the fields for points show in grey: the points that were given automatically."""
        fields = self.browser.find_elements(By.CSS_SELECTOR, "input.score")
        return {str(field.get_attribute("id")): str(field.get_attribute("placeholder")) for field in fields}

    def errors(self) -> list[str]:
        """Return what went wrong in the pages since the last call, beside what the network didn't bring."""
        log = self.browser.get_log("browser")
        return [line["message"] for line in log if line["level"] == "SEVERE" and "ERR_NAME_NOT" not in line["message"]]


@pytest.fixture(scope="module")
def course(course_copy: CourseCopy, nbgrader: Nbgrader) -> Path:
    """Return a course with an assignment that was released and handed in."""
    course = course_copy(NAME)
    nbgrader(course, "generate_assignment", NAME, "--force")
    for student, case in CASES.items():
        work = functions_of(ROOT / "solutions" / NAME / "cases" / case / f"{NAME}.py")
        notebook = filled(course / "assignments" / NAME / f"{NAME}.ipynb", work)
        notebook["cells"].insert(0, text(ACTIVE))
        file = hand_in(course, student, NAME, notebook)
        file.with_name("timestamp.txt").write_text("2026-03-02 10:00:00 UTC\n", encoding="utf-8")
    return course


@pytest.fixture(scope="module")
def formgrader(
    course: Path, jupyter_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Formgrader]:
    """Start a Jupyter server in the course, and a browser that is logged in."""
    with running_server(course, jupyter_environment) as url, running_browser(tmp_path_factory.mktemp("profile")) as one:
        one.get(f"{url}/formgrader/manage_assignments?token={TOKEN}")
        yield Formgrader(course, url, one)


@contextmanager
def running_server(course: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run a Jupyter server in a course; when it is told to end, nothing that it started is left."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    log = course.parent / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options, f"--IdentityProvider.token={TOKEN}"],
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for_port(port, server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        started = descendants(server.pid)
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    left = wait_for_end(started)
    assert not left, f"left behind by the server: {left}"


def wait_for_port(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def descendants(pid: int) -> list[int]:
    """Return the processes that a process and its children have started."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    ]
    return [one for child in children for one in (child, *descendants(child))]


def wait_for_end(started: list[int]) -> list[int]:
    """Give processes some seconds to end, and return those that didn't."""
    end = time.monotonic() + 10
    while (left := [pid for pid in started if Path(f"/proc/{pid}").exists()]) and time.monotonic() < end:
        time.sleep(0.1)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


@contextmanager
def running_browser(profile: Path) -> Iterator[webdriver.Chrome]:
    """Run a browser that reaches this machine only."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (
        *FLAGS.split(),
        f"--user-data-dir={profile}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": MATHJAX})
        yield browser
    finally:
        browser.quit()


@pytest.fixture(scope="module")
def graded(formgrader: Formgrader) -> Formgrader:
    """Grade two students with the button."""
    told = {student: formgrader.autograde(student) for student in CASES if student != BY_COMMAND}
    assert all(text.startswith("Successfully autograded") for text in told.values()), told
    return formgrader


@pytest.fixture(scope="module")
def also_graded(graded: Formgrader, jupyter_environment: dict[str, str]) -> Formgrader:
    """Grade the third with the command."""
    command = [sys.executable, "-m", "autograder", "grade", f"submitted/{BY_COMMAND}", "--gradebook"]
    command.append("sqlite:///gradebook.db")
    done = subprocess.run(command, cwd=graded.course, env=jupyter_environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return graded


def test_the_assignment_is_listed(formgrader: Formgrader) -> None:
    """Manage Assignments shows our assignment with what was handed in."""
    formgrader.open("manage_assignments")
    row = formgrader.find("td.name", NAME).find_element(By.XPATH, "..")
    assert row.find_element(By.CSS_SELECTOR, ".num-submissions").text == str(len(CASES))
    assert formgrader.errors() == []


def test_the_button_grades(graded: Formgrader) -> None:
    """After Autograde was pressed the list of submissions shows our points."""
    graded.open(f"manage_submissions/{NAME}")
    shown = {student: graded.row(student).find_element(By.CSS_SELECTOR, ".score").text for student in CASES}
    assert shown == {"student01": "10 / 10", "student02": "8 / 10", BY_COMMAND: ""}
    assert graded.errors() == []


@pytest.mark.parametrize(("student", "grader"), [("student02", "graded"), (BY_COMMAND, "also_graded")])
def test_a_submission_shows_points_and_reasons(request: pytest.FixtureRequest, student: str, grader: str) -> None:
    """The page of a submission shows the points of each exercise, and why some are missing, in both languages."""
    graded: Formgrader = request.getfixturevalue(grader)
    graded.open_submission(student)
    assert {name: float(points) for name, points in graded.scores().items()} == {
        "Loss": 0.0,
        "gradient_descent": 4.0,
        "main": 4.0,
    }
    shown = graded.find("#notebook").text
    assert "exactly N times what it should be" in shown
    assert "정답의 정확히 N배" in shown
    assert graded.errors() == []


@pytest.mark.parametrize(("student", "grader"), [("student02", "graded"), (BY_COMMAND, "also_graded")])
def test_what_a_student_wrote_does_not_run(request: pytest.FixtureRequest, student: str, grader: str) -> None:
    """Scripts and handlers in a student's text do nothing in the teacher's browser, and hide no score field."""
    graded: Formgrader = request.getfixturevalue(grader)
    graded.open_submission(student)
    time.sleep(0.3)  # for what begins late
    assert graded.script("window.attacked") is None
    assert graded.script("$('#notebook script, #notebook iframe, #notebook [onerror]').length") == 0
    assert graded.script("formgrader.grade_uis.map(one => one.$el.length)") == [1, 1, 1]


def test_a_teachers_word_stays(graded: Formgrader) -> None:
    """A score and a comment that a teacher typed survive the next Autograde."""
    graded.open_submission("student01")
    field = graded.score_field("main")
    field.send_keys("3.5")
    comment = graded.browser.find_element(By.ID, "main_answer-comment")
    comment.send_keys("Well done, 잘했어요")
    graded.script("$(document.activeElement).blur()")
    graded.wait("formgrader.grades.some(one => one.get('manual_score') == 3.5)")
    graded.wait("formgrader.comments.some(one => one.get('manual_comment'))")
    graded.wait("$.active == 0")
    assert graded.autograde("student01").startswith("Successfully")
    graded.open_submission("student01")
    assert graded.score_field("main").get_attribute("value") == "3.5"
    comment = graded.browser.find_element(By.ID, "main_answer-comment")
    assert comment.get_attribute("value") == "Well done, 잘했어요"
    assert graded.errors() == []


def test_a_students_name_does_not_act(graded: Formgrader, jupyter_environment: dict[str, str]) -> None:
    """It is text on the pages of the student and of the work, and where a button's failure would tell it, it isn't."""
    work = functions_of(ROOT / "solutions" / NAME / "cases" / "right_loops" / f"{NAME}.py")
    hand_in(graded.course, ACTING, NAME, filled(graded.course / "assignments" / NAME / f"{NAME}.ipynb", work))
    command = [sys.executable, "-m", "autograder", "grade", f"submitted/{ACTING}", "--gradebook", "gradebook.db"]
    done = subprocess.run(command, cwd=graded.course, env=jupyter_environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    graded.open(f"manage_students/{quote(ACTING)}")
    assert graded.find(".breadcrumb .active").text == ACTING
    assert graded.script("window.attacked") is None
    graded.open_submission(ACTING)
    graded.script("toggle_name(true)")
    assert graded.find(".name-shown", ACTING).text == ACTING
    assert graded.script("window.attacked") is None
    graded.open(f"manage_submissions/{NAME}")
    assert graded.row("student01")
    assert len(graded.browser.find_elements(By.CSS_SELECTOR, "td.student-id")) == len(CASES)
