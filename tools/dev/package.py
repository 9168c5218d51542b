"""Packs the extension's files for machines without a toolchain."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

from .build import ensure_built, extension_files
from .console import step
from .paths import EXTENSION, ROOT, WORK, version
from .postgres import Installation
from .system import machine

DOCUMENTS = ("LICENSE", "README.md", "CHANGELOG.md")


def make_package(installation: Installation) -> Path:
    """Writes a tarball to be unpacked over the prefix of a like installation."""
    ensure_built(installation)
    prefix = prefix_of(installation)
    name = f"{EXTENSION}-{version()}-pg{installation.major}-{machine()}-linux.tar.gz"
    package = WORK.parent / "package" / name
    step(f"packing for installations like that in {prefix}")
    package.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(package, "w:gz") as archive:
        for place, content in extension_files(installation).items():
            _add(archive, place.relative_to(prefix), content)
        for document in DOCUMENTS:
            if (ROOT / document).exists():
                place = Path("share", "doc", EXTENSION, document)
                _add(archive, place, (ROOT / document).read_bytes())
    return package


def prefix_of(installation: Installation) -> Path:
    """The directory that programs, libraries and shared files of an installation have in common."""
    places = (installation.bindir, installation.pkglibdir, installation.sharedir)
    return Path(os.path.commonpath(places))


def _add(archive: tarfile.TarFile, place: Path, content: bytes) -> None:
    # Owner root and no times: equal contents make equal members.
    member = tarfile.TarInfo(str(place))
    member.size = len(content)
    member.mode = 0o644
    archive.addfile(member, io.BytesIO(content))
