"""The list of system calls, run step by step as the kernel would, for both machines."""

from __future__ import annotations

import errno
import struct

import pytest

from autograder.inside import kernel, seccomp

ARCHITECTURES = (0xC000003E, 0xC00000B7)
I386 = 0x40000003
PID = seccomp._PLACE_OF_PID
ALLOWED = "allowed"
DENIED = f"errno {errno.EPERM}"
UNKNOWN = f"errno {errno.ENOSYS}"
KILLED = "killed"
EVERYTHING = seccomp.ALWAYS | seccomp.READING | seccomp.SCRATCH

both = pytest.mark.parametrize("machine", [kernel.X86_64, kernel.AARCH64], ids=["x86-64", "aarch64"])


def verdict(code: seccomp.Code, number: int, *arguments: int, architecture: int) -> str:
    """Run a program on one system call."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *words)
    place, value = 0, 0
    while True:
        operation, if_true, if_false, constant = struct.unpack("=HBBI", code[place])
        place += 1
        if operation == 0x20:
            (value,) = struct.unpack_from("<I", data, constant)
        elif operation == 0x54:
            value &= constant
        elif operation == 0x05:
            place += constant
        elif operation == 0x15:
            place += if_true if value == constant else if_false
        elif operation == 0x35:
            place += if_true if value >= constant else if_false
        else:
            assert operation == 0x06
            return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(constant, f"errno {constant & 0xFFFF}")


class Program:
    """The program for one machine."""

    def __init__(self, machine: int, allowed: seccomp.Numbers = EVERYTHING) -> None:
        self.machine = machine
        self.code = seccomp.assemble(allowed, machine)

    def __call__(self, name: str, *arguments: int) -> str:
        """Run it on a system call by its name."""
        number = (EVERYTHING | seccomp.CONDITIONAL)[name][self.machine]
        assert number is not None
        return self.number(number, *arguments)

    def number(self, number: int, *arguments: int) -> str:
        """Run it on a system call by its number."""
        return verdict(self.code, number, *arguments, architecture=ARCHITECTURES[self.machine])


@both
@pytest.mark.parametrize("allowed", [seccomp.ALWAYS, seccomp.ALWAYS | seccomp.READING, EVERYTHING])
def test_exactly_the_list_is_allowed(machine: int, allowed: seccomp.Numbers) -> None:
    """Each number on the list passes, and no other one up to far beyond what exists."""
    program = Program(machine, allowed)
    numbers = {numbers[machine] for numbers in allowed.values()}
    conditional = {numbers[machine] for numbers in seccomp.CONDITIONAL.values()}
    for number in range(2000):
        if number not in conditional:
            assert program.number(number) == (ALLOWED if number in numbers else DENIED)


@both
def test_a_foreign_architecture_is_the_end(machine: int) -> None:
    """A call by another instruction set kills, whatever its number."""
    code = Program(machine).code
    for architecture in (I386, ARCHITECTURES[1 - machine], 0):
        assert verdict(code, 0, architecture=architecture) == KILLED


def test_x32_is_the_end() -> None:
    """Numbers of x32, and what lies above them, kill on x86-64."""
    program = Program(kernel.X86_64)
    assert {program.number(number) for number in (0x40000000, 0x40000027, 0x7FFFFFFF, -1)} == {KILLED}


@both
def test_fcntl_and_ioctl_are_looked_at(machine: int) -> None:
    """Harmless commands pass whatever stands in the upper half of the register, which the kernel does not read."""
    program = Program(machine)
    assert [program("fcntl", 3, command) for command in (0, 1, 2, 3, 4, 1030)] == [ALLOWED] * 6
    assert {program("fcntl", 3, command) for command in (5, 6, 7, 8, 10, 1024, 1031, 1033)} == {DENIED}
    assert program("ioctl", 0, 0x5401) == ALLOWED
    assert {program("ioctl", 0, command) for command in (0x5412, 0x541C, 0x5423, 0x40049409)} == {DENIED}
    assert program("ioctl", 0, 0x5412 | 1 << 32) == DENIED


@both
@pytest.mark.parametrize(("name", "before"), [("open", (0,)), ("openat", (0, 0))])
def test_a_file_is_opened_for_what_landlock_sees(machine: int, name: str, before: tuple[int, ...]) -> None:
    """Nothing is emptied by opening it to read, nor opened for neither: what old kernels have no rule for."""
    if EVERYTHING[name][machine] is None:
        return
    program = Program(machine)
    read, write, both_ways, neither, create, truncate = 0, 1, 2, 3, 0o100, 0o1000
    plain = [read, write, both_ways, write | create | truncate, both_ways | truncate, read | 0o2000000]
    assert {program(name, *before, flags) for flags in plain} == {ALLOWED}
    unseen = [neither, truncate, neither | truncate, truncate | create, neither | create, truncate | 1 << 40]
    assert {program(name, *before, flags) for flags in unseen} == {DENIED}


@both
def test_only_itself_can_be_signalled(machine: int) -> None:
    """Its own number is filled in when the program is loaded; nobody else's passes."""
    program = Program(machine)
    assert program("tgkill", PID, PID, 6) == ALLOWED
    assert {program("tgkill", pid, pid, 0) for pid in (0, 1, PID + 1, 0xFFFFFFFF)} == {DENIED}
    assert [program("sched_getaffinity", pid) for pid in (0, PID, 1)] == [ALLOWED, ALLOWED, DENIED]


@both
def test_limits_can_be_read_only(machine: int) -> None:
    """One's own limits can be read; a pointer to new ones is refused in either half of the register."""
    program = Program(machine)
    assert program("prlimit64", 0, 7, 0, 1 << 40) == ALLOWED
    assert {program("prlimit64", 0, 7, new) for new in (1, 1 << 32, 1 << 63)} == {DENIED}
    assert program("prlimit64", 1, 7, 0) == DENIED


@both
def test_names_are_all_that_prctl_sets(machine: int) -> None:
    """No signal of the parent's death, no dump, no filter, no capability."""
    program = Program(machine)
    assert program("prctl", 15) == ALLOWED
    assert {program("prctl", option) for option in (1, 4, 8, 22, 24, 38, 47, 0x59616D61)} == {DENIED}


@both
def test_clone3_is_unknown(machine: int) -> None:
    """The C library falls back to clone, which is refused."""
    program = Program(machine)
    assert program("clone3") == UNKNOWN
    assert program.number((56, 220)[machine]) == DENIED


def test_a_loaded_program_knows_the_process() -> None:
    """Every place for the number of the process is found when the program is built."""
    built = seccomp.Filter(reading=True, scratch=True)
    assert len(built._pids) == 2
