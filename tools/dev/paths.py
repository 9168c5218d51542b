"""Where things are in the checkout, and what Cargo.toml says about the project."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from .console import Failure

EXTENSION = "rangerank"

ROOT = Path(__file__).resolve().parents[2]
# All that the tooling writes, apart from cargo's own output.
WORK = ROOT / "target" / EXTENSION
LOGS = WORK / "log"
TOOLS = WORK / "tools"


def cargo_target() -> Path:
    """Cargo's target directory, which the environment may place elsewhere."""
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


def checkout_name() -> str:
    """A short name of this checkout, for directories that cannot lie in it."""
    return short_hash(str(ROOT))


def short_hash(text: str) -> str:
    """Eight characters that tell paths apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def version() -> str:
    """The project's version."""
    return _workspace_setting("version")


def rust_version() -> tuple[int, ...]:
    """The oldest Rust that builds the project."""
    return tuple(int(part) for part in _workspace_setting("rust-version").split("."))


def _workspace_setting(key: str) -> str:
    # Python has a TOML reader only since 3.11; a plain assignment needs none.
    section = ""
    for line in (ROOT / "Cargo.toml").read_text().splitlines():
        if line.startswith("["):
            section = line.strip()
        found = re.match(rf'{re.escape(key)}\s*=\s*"([^"]+)"', line)
        if found and section == "[workspace.package]":
            return found.group(1)
    raise Failure(f"Cargo.toml has no {key} in [workspace.package]")
