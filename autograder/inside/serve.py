"""Answers the trusted side's requests beside the student's code.

Student code shares this interpreter and may do to it what it likes: nothing
that is said here is believed on the other side, it is judged there.
"""

from __future__ import annotations

import builtins
import inspect
import io
import json
import random
import sys
import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from autograder import wire
from autograder.inside.cells import Notebook
from autograder.inside.loading import Loader
from autograder.inside.naming import Wanted, fold
from autograder.inside.stand_ins import TEXTS
from autograder.inside.stepping import Watch

PROBE = "<check>"
SEED = 20_260_101
"""Seed of the global generators, so that a submission's own randomness is the same each time."""


class Recorder(io.TextIOBase):
    """Stands for stdout: keeps what is printed, up to a bound, while someone listens."""

    encoding = "utf-8"

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[str] | None = None
        self._size = 0

    def start(self) -> None:
        """Forget what was printed and listen."""
        self._parts, self._size = [], 0

    def stop(self) -> str:
        """Return what was printed since `start`."""
        parts, self._parts = self._parts or [], None
        return "".join(parts)

    def writable(self) -> bool:
        """Say that this is a stream to print to."""
        return True

    def write(self, text: str) -> int:
        """Keep the text as far as the bound allows."""
        if self._parts is not None and self._size < self._limit:
            kept = text[: self._limit - self._size]
            self._parts.append(str(kept))
            self._size += len(kept)
        return len(text)


class Oracle:
    """Stands for a sibling exercise that the trusted side answers for: numbers come back, never code."""

    def __init__(self, server: Server, reference: dict[str, Any], name: str) -> None:
        self._server = server
        self._reference = reference
        self._name = name

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Ask what the call would return."""
        return self._server.ask({**self._reference, "do": "call"}, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._server.ask({**self._reference, "do": "get", "attribute": name}, (), {})

    def __repr__(self) -> str:
        return f"<{self._name}>"


class Submission:
    """What a probe sees as `submission`: the student's names, found as leniently as calls find them."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return self._server.named(name)


class Server:
    """Serves one submission until the other side closes the channel.

    Parameters
    ----------
    channel : wire.Channel
        Requests come in, answers go out.
    """

    ENDS: tuple[type[BaseException], ...] = (wire.Closed,)
    """What ends the serving instead of being an answer."""

    def __init__(self, channel: wire.Channel) -> None:
        self._channel = channel
        self._kept: dict[int, object] = {}
        self._loader: Loader | None = None
        self._names: dict[str, str] = {}
        self._namespace: dict[str, Any] = {}
        self._stdout = Recorder(0)
        self._watch = Watch()
        self._watched: dict[type, dict[str, str]] = {}
        self._operations: dict[str, Callable[[dict[str, Any], list[memoryview]], Any]] = {
            "load": self._load,
            "call": self._call,
            "get": self._get,
            "set": self._set,
            "keys": self._keys,
            "has": self._has,
            "probe": self._probe,
            **Notebook().operations,
        }

    def serve(self) -> None:
        """Answer requests until the channel closes."""
        while True:
            self.answer(*self._channel.receive())

    def ask(self, question: dict[str, Any], args: tuple[object, ...], kwargs: dict[str, object]) -> Any:
        """Ask the trusted side for an oracle's answer; requests that come meanwhile are served."""
        buffers: list[Any] = []
        values = wire.encode([args, kwargs], buffers, self._keep)
        self._channel.send({"ask": question, "values": values}, buffers)
        while True:
            message, received = self._channel.receive()
            if "refused" in message:
                raise RuntimeError(message["refused"])
            if "answer" in message:
                return wire.decode(message["answer"], received, self._oracle)
            self.answer(message, received)

    def named(self, name: str) -> Any:
        """Return what the submission calls by that name, or something close to it."""
        try:
            return self._namespace[self._names.get(name, name)]
        except KeyError:
            raise NotImplementedError(name) from None

    def answer(self, message: dict[str, Any], received: list[memoryview]) -> None:
        """Answer one request: a value, or how it failed."""
        buffers: list[Any] = []
        try:
            value = self._perform(message, received)
            reply: dict[str, Any] = {"value": self._watch.finish(wire.encode, value, buffers, self._keep)}
        except self.ENDS:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the submission raises is an answer
            buffers = []
            reply = {"fault": self._describe(error)}
        if broken := self._watch.broken():
            buffers, reply = [], {"fault": ["differences", broken, "", "", 0]}
        if used := self._used():
            reply["used"] = used
        try:
            self._channel.send(reply, buffers)
        except wire.Malformed as error:
            self._channel.send({"fault": ["malformed", "Malformed", str(error), "", 0]}, [])

    def _perform(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        for _ in range(2):
            try:
                return self._operations[message["op"]](message, received)
            except NameError as error:
                if not self._loader or not self._loader.retry_after(error):
                    raise
        return self._operations[message["op"]](message, received)

    # operations

    def _load(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        self._settle(message["output_bytes"])
        wanted = [Wanted(name, also, is_class) for name, also, is_class in message["wanted"]]
        self._loader = Loader(
            message["given"],
            message["library"],
            wanted,
            refused=message["refused"],
            statement_s=message["statement_s"],
            definitions_only=message["definitions_only"],
        )
        self._namespace = vars(self._loader.loaded.module)
        cells, modules = json.loads(self._decode(message["values"], received))
        loaded = self._loader.load([tuple(cell) for cell in cells], modules)
        self._names = loaded.names
        for name in message["oracles"]:
            self._namespace[loaded.names[name]] = Oracle(self, {"name": name}, name)
            loaded.states[name] = "oracle"
        self._watch, self._watched = Watch({*self._loader.cell_names, *TEXTS}), {}
        for name in message["backpropagation"]:
            self._watch_over(name)
        # What was used on the way is nobody's answer.
        self._used()
        remarks = [remark.as_data() for remark in loaded.remarks[:50]]
        return {"names": loaded.names, "states": loaded.states, "remarks": remarks}

    def _call(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        function = self._find(message["path"], received, is_call=True)
        args, kwargs = self._decode(message["values"], received)
        if not message.get("observe"):
            return function(*args, **kwargs)
        sys.stdout = self._stdout
        self._stdout.start()
        try:
            value = function(*args, **kwargs)
        finally:
            printed = self._stdout.stop()
        return [value, list(args), printed.encode("utf-8", "replace")]

    def _get(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        return self._find(message["path"], received)

    def _set(self, message: dict[str, Any], received: list[memoryview]) -> None:
        target = self._find(message["path"], received)
        key, value = self._decode(message["values"], received)
        if message["how"] == "item":
            target[key] = value
        else:
            setattr(target, _close_attribute(target, key), value)

    def _keys(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        target = self._find(message["path"], received)
        return list(target) if isinstance(target, dict) else list(range(len(target)))

    def _has(self, message: dict[str, Any], received: list[memoryview]) -> bool:
        try:
            self._find(message["path"], received)
        except (AttributeError, LookupError, TypeError, NotImplementedError):
            return False
        return True

    def _probe(self, message: dict[str, Any], received: list[memoryview]) -> Any:
        namespace: dict[str, Any] = {"np": np, "__builtins__": builtins, "__name__": "probe"}
        exec(compile(message["source"], PROBE, "exec"), namespace)  # noqa: S102 - the grader's own function
        args, kwargs = self._decode(message["values"], received)
        return namespace[message["name"]](Submission(self), *args, **kwargs)

    def _settle(self, output_bytes: int) -> None:
        """Start the global generators anew and listen to what is printed."""
        np.random.seed(SEED)  # noqa: NPY002 - the generator that homework uses
        random.seed(SEED)
        self._stdout = sys.stdout = Recorder(output_bytes)
        sys.stderr = Recorder(0)
        sys.stdin = io.StringIO()

    def _watch_over(self, name: str) -> None:
        """Put a function, or a method of a class, under watch; what is none, such as an oracle, stays as it is."""
        root, _, method = name.partition(".")
        root = self._names.get(root, root)
        found = self._namespace.get(root)
        if not method:
            if isinstance(found, FunctionType):
                self._namespace[root] = self._watch.over(name, found)
        elif isinstance(found, type):
            method = _close_attribute(found, method)
            function = inspect.getattr_static(found, method, None)
            if isinstance(function, FunctionType):
                type.__setattr__(found, method, self._watch.over(name, function))
            self._watched.setdefault(found, {})[fold(method)] = name

    def _used(self) -> list[str]:
        """Return the libraries that were used since this was asked last."""
        return self._loader.uses.take() if self._loader else []

    # values

    def _find(self, path: Any, received: list[memoryview], *, is_call: bool = False) -> Any:
        root, steps = self._decode(path, received)
        found = self.named(root) if isinstance(root, str) else root
        for how, key in steps:
            found = found[key] if how == "item" else self._attribute(found, key, is_call=is_call)
        return found

    def _attribute(self, owner: object, key: str, *, is_call: bool) -> Any:
        """Return an attribute; where its class is under watch, so is the work that it may do or stand for."""
        methods = next((self._watched[kind] for kind in type(owner).__mro__ if kind in self._watched), {})
        if not is_call and methods:
            return self._watch.over(min(methods.values()), _read, owner, key)(owner, key)
        found = _read(owner, key)
        name = methods.get(fold(key))
        return self._watch.over(name, found, owner) if name else found

    def _decode(self, data: Any, received: list[memoryview]) -> Any:
        return _own(wire.decode(data, received, lambda opaque: self._kept[opaque.number]))

    def _keep(self, value: object) -> wire.Opaque:
        number = len(self._kept)
        self._kept[number] = value
        return wire.Opaque(number, type(value).__name__)

    def _oracle(self, opaque: wire.Opaque) -> Oracle:
        return Oracle(self, {"number": opaque.number}, opaque.kind)

    # faults

    def _describe(self, error: BaseException) -> list[str | int]:
        """Say what an exception was: kind, type, text, and the last line of the submission that it passed."""
        try:
            text = str(error)[:500]
        except BaseException:  # noqa: BLE001 - a hostile __str__
            text = ""
        cell, line, last = "", 0, ""
        for frame, number in traceback.walk_tb(error.__traceback__):
            last = frame.f_code.co_filename
            found = self._cell_of(last)
            if found:
                cell, line = found, number
        # A probe that stumbles over an answer says that the answer has the wrong form.
        stumbled = last == PROBE and not cell and not isinstance(error, AttributeError)
        kind = "malformed" if stumbled else ""
        return [_kind_of(error) or kind or "crashed", type(error).__name__[:80], text, cell[:80], line]

    def _cell_of(self, filename: str) -> str:
        """Return the cell whose code has that file name; "" where it is none of the submission's."""
        return filename if self._loader and filename in self._loader.cell_names else ""


def _own(value: Any) -> Any:
    """Copy arrays out of the frame: they are the student's to keep and to change."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)(map(_own, value))
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return value


def _read(target: object, name: str) -> Any:
    return getattr(target, _close_attribute(target, name))


def _close_attribute(target: object, name: str) -> str:
    """Return the attribute's name as this object spells it: ``dW`` for ``d_W`` or ``dw``."""
    try:
        getattr(target, name)
    except AttributeError:
        alike = [other for other in dir(target) if fold(other) == fold(name)]
        if len(alike) == 1:
            return alike[0]
    return name


def _kind_of(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "out_of_memory"
    if isinstance(error, NotImplementedError):
        return "missing"
    return "malformed" if isinstance(error, wire.Malformed) else ""
