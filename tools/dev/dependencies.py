"""Checks of the dependency tree: licences, duplicates, and sources of the crates."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any, Optional

from .bootstrap import build_environment
from .console import complain, say, step
from .paths import LOGS, ROOT
from .suites import Counts

# Licences that may stand beside the PostgreSQL licence in a distributed library.
ALLOWED_LICENCES = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}

# Crates that may be present in several versions, and why.
ALLOWED_DUPLICATES = {
    "hashbrown": "petgraph (of pgrx) uses 0.15 itself and newer ones through indexmap",
    "shlex": "bindgen uses 1, cc uses 2; both run at build time only",
    "syn": "procedural macros are moving from 2 to 3; they run at build time only",
    "toml": "pgrx-pg-config uses 0.5, and a newer one through cargo_toml; build time only",
    "winnow": "toml uses 0.7 itself and 1 through toml_parser; build time only",
}


def check_dependencies() -> Counts:
    """Runs every check and returns the counts."""
    step("dependencies: licences, duplicates, sources")
    command = ["cargo", "metadata", "--locked", "--format-version=1"]
    metadata = json.loads(
        subprocess.run(
            command,
            cwd=ROOT,
            env=build_environment(),
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            universal_newlines=True,
        ).stdout
    )
    packages = metadata["packages"]
    counts = Counts()
    for name, complaints in (
        ("licences", licence_complaints(packages)),
        ("duplicates", duplicate_complaints(packages)),
        ("sources", source_complaints(packages, metadata["workspace_members"])),
    ):
        for complaint in complaints:
            complain(f"    {name}: {complaint}")
        counts += Counts(failed=1) if complaints else Counts(passed=1)
        say(f"    {name}: {'FAILED' if complaints else 'ok'} ({len(packages)} packages)")
    counts += _advisories()
    return counts


def licence_complaints(packages: list[dict[str, Any]]) -> list[str]:
    """Packages whose licence expression cannot be met with the allowed licences."""
    complaints = []
    for package in packages:
        expression = package["license"]
        if not expression:
            complaints.append(f"{_label(package)} declares no licence")
        elif not licence_is_allowed(expression):
            complaints.append(f"{_label(package)} has the licence {expression}")
    return complaints


def licence_is_allowed(expression: str) -> bool:
    """Evaluates an SPDX expression, in which AND binds closer than OR."""
    # Crates from before SPDX write "/" for OR.
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    allowed, rest = _alternatives(tokens)
    return allowed and not rest


def _alternatives(tokens: list[str]) -> tuple[bool, list[str]]:
    allowed, rest = _conjunction(tokens)
    while rest and rest[0] == "OR":
        other, rest = _conjunction(rest[1:])
        allowed = allowed or other
    return allowed, rest


def _conjunction(tokens: list[str]) -> tuple[bool, list[str]]:
    allowed, rest = _licence(tokens)
    while rest and rest[0] == "AND":
        other, rest = _licence(rest[1:])
        allowed = allowed and other
    return allowed, rest


def _licence(tokens: list[str]) -> tuple[bool, list[str]]:
    if not tokens:
        return False, []
    if tokens[0] == "(":
        allowed, rest = _alternatives(tokens[1:])
        return (allowed, rest[1:]) if rest[:1] == [")"] else (False, rest)
    if tokens[1:2] == ["WITH"]:
        return " ".join(tokens[:3]) in ALLOWED_LICENCES, tokens[3:]
    return tokens[0] in ALLOWED_LICENCES, tokens[1:]


def duplicate_complaints(packages: list[dict[str, Any]]) -> list[str]:
    """Crates in several versions without a reason, and reasons that are no longer needed."""
    versions = defaultdict(set)
    for package in packages:
        versions[package["name"]].add(package["version"])
    duplicates = {name: found for name, found in versions.items() if len(found) > 1}
    complaints = [
        f"{name} is present as {', '.join(sorted(found))}"
        for name, found in sorted(duplicates.items())
        if name not in ALLOWED_DUPLICATES
    ]
    complaints += [
        f"{name} is no longer a duplicate: remove it from ALLOWED_DUPLICATES"
        for name in sorted(ALLOWED_DUPLICATES.keys() - duplicates.keys())
    ]
    return complaints


def source_complaints(packages: list[dict[str, Any]], members: list[str]) -> list[str]:
    """Crates from outside the registry, and our own requirements without a version."""
    complaints = []
    for package in packages:
        source = package["source"]
        if package["id"] in members:
            for wanted in package["dependencies"]:
                if wanted["req"] == "*" and not wanted.get("path"):
                    complaints.append(f"{_label(package)} wants any version of {wanted['name']}")
        elif source is None or not source.startswith("registry+"):
            complaints.append(f"{_label(package)} comes from {source or 'a local path'}")
    return complaints


def _label(package: dict[str, Any]) -> str:
    return f"{package['name']} {package['version']}"


def _advisories() -> Counts:
    """Known vulnerabilities, where a checker and its database are at hand."""
    checker = _advisory_checker()
    if checker is None:
        say("    advisories: not checked, no advisory database is at hand")
        return Counts()
    log = LOGS / "advisories.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        done = subprocess.run(checker, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    if done.returncode == 0:
        say("    advisories: ok")
        return Counts(passed=1)
    complain(log.read_text(errors="replace"))
    return Counts(failed=1)


def _advisory_checker() -> Optional[list[str]]:
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    if shutil.which("cargo-audit") and (home / "advisory-db").is_dir():
        return ["cargo", "audit", "--no-fetch"]
    if shutil.which("cargo-deny") and (home / "advisory-dbs").is_dir():
        return ["cargo", "deny", "--offline", "check", "advisories"]
    return None
