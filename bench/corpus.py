"""A corpus of real text for the benchmarks of ranked search: at least half a million passages.

The text comes from Debian's packages dict-gcide (a dictionary), wordnet-base (glosses of synonyms) and
linux-doc (manuals of the kernel), and from the descriptions in the package lists. `apt-get download`
fetches the packages into a directory, without root and without installing them. A passage is a
paragraph, an entry or a gloss; paragraphs of more than 120 words are cut there, what has fewer than 8
words is left out.
"""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("dict-gcide", "wordnet-base", "linux-doc-6.1")
LONGEST, SHORTEST = 120, 8


def fetch(directory: Path) -> None:
    """The packages, unpacked below the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        unpacked = directory / package
        if not unpacked.exists():
            subprocess.run(["apt-get", "-q", "download", package], cwd=directory, check=True)
            (archive,) = directory.glob(f"{package}_*.deb")
            subprocess.run(["dpkg-deb", "-x", archive, directory / "partial"], check=True)
            (directory / "partial").rename(unpacked)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text, cut where they are long."""
    for paragraph in re.split(r"\n\s*\n", text):
        words = paragraph.split()
        for start in range(0, len(words), LONGEST):
            part = words[start : start + LONGEST]
            if len(part) >= SHORTEST:
                yield " ".join(part)


def read(path: Path) -> str:
    """A file, unpacked if it is packed."""
    data = gzip.open(path).read() if path.suffix in (".gz", ".dz") else path.read_bytes()
    return data.decode("utf-8", "replace").replace("\0", "")


def passages(directory: Path) -> Iterator[str]:
    """All of them, always in the same order."""
    yield from paragraphs(read(next((directory / "dict-gcide").rglob("gcide.dict.dz"))))
    for part in ("noun", "verb", "adj", "adv"):
        for line in read(next((directory / "wordnet-base").rglob(f"data.{part}"))).splitlines():
            if "|" in line and not line.startswith("  "):
                words = re.findall(r" ([A-Za-z_'-]{2,}) [0-9a-f]\b", line.split("|")[0])
                gloss = " ".join(words).replace("_", " ") + ": " + line.split("|", 1)[1]
                yield from paragraphs(gloss)
    for path in sorted((directory / "linux-doc-6.1").rglob("*")):
        name = path.name.removesuffix(".gz")
        if path.is_file() and not path.is_symlink() and name.endswith((".rst", ".txt")):
            yield from paragraphs(read(path))
    lists = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, check=True).stdout
    for entry in lists.decode("utf-8", "replace").split("\n\n"):
        description = re.search(r"^Description(?:-en)?: (.*(?:\n .*)*)", entry, re.MULTILINE)
        if description:
            yield from paragraphs(re.sub(r"\n \.?", "\n", description[1]))


def write(directory: Path, path: Path) -> int:
    """Writes them to a file, one a line, for COPY, and returns their number."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for passage in passages(directory):
            out.write(passage.replace("\\", "\\\\") + "\n")
            count += 1
    return count
