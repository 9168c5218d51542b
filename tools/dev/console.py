"""What the tooling says, and how it runs other programs.

Every step prints one line. Long output goes to a log file under target/, whose tail is
shown when the program fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Mapping, Optional, Sequence, Union

Argument = Union[str, "os.PathLike[str]"]


class Failure(Exception):
    """Something the user has to know or to do, in one line."""


def step(text: str) -> None:
    """Announces what is done next."""
    print(f"==> {text}", flush=True)


def say(text: str = "") -> None:
    """Prints a line of the result."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Prints a line to standard error."""
    print(text, file=sys.stderr, flush=True)


def indent(text: str) -> str:
    """Sets quoted output apart from our own."""
    return "\n".join("    " + line for line in text.splitlines())


def tail(path: Path, lines: int = 40) -> str:
    """The last lines of a log file."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def output_of(command: Sequence[Argument], env: Optional[Mapping[str, str]] = None) -> str:
    """Standard output of a short command, without the final newline."""
    done = subprocess.run(
        command,
        check=True,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    return done.stdout.rstrip("\n")


def succeeds(command: Sequence[Argument]) -> bool:
    """Whether a command can be run and ends well; its output is of no interest."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False
    return done.returncode == 0


def run_logged(
    command: Sequence[Argument],
    log: Path,
    failure: str,
    env: Optional[Mapping[str, str]] = None,
    cwd: Optional[Path] = None,
) -> None:
    """Runs a command with its output in a log file; on failure shows the tail and gives up."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=env, cwd=cwd
        )
    if done.returncode != 0:
        complain(indent(tail(log)))
        raise Failure(f"{failure} (the whole output is in {log})")
