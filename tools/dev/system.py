"""The operating system: packages, privileges, and the account the server runs under."""

from __future__ import annotations

import os
import platform
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from .console import Failure, run_logged, step, succeeds
from .paths import EXTENSION, LOGS, WORK, checkout_name


def is_root() -> bool:
    """Whether we run as root."""
    return os.geteuid() == 0


def machine() -> str:
    """The processor architecture in the words of the pinned downloads."""
    name = platform.machine()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def privilege_prefix() -> Optional[list[str]]:
    """What to put before a command that needs root, or None where that cannot be had unasked."""
    if is_root():
        return []
    if shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def install_packages(packages: list[str], purpose: str) -> None:
    """Installs Debian packages, or says in one line what to install."""
    names = " ".join(packages)
    advice = f"{purpose} needs the package(s) {names}: install them (apt-get install {names})"
    prefix = privilege_prefix()
    if prefix is None or not shutil.which("apt-get"):
        raise Failure(f"{advice} and run this again")
    step(f"installing {names} ({purpose})")
    apt = prefix + ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y"]
    install = apt + ["install", "--no-install-recommends", *packages]
    # A fresh machine has no package lists; one that has them is spared the update.
    if succeeds(install):
        return
    run_logged(apt + ["update"], LOGS / "apt-update.log", f"{advice}; apt-get update failed")
    run_logged(install, LOGS / "apt-install.log", f"{advice}; apt-get install failed")


@dataclass(frozen=True)
class Account:
    """Who runs the server: the user who called us, or an unprivileged account if that is root."""

    name: str
    uid: int
    gid: int

    def is_caller(self) -> bool:
        """Whether no change of account is needed."""
        return self.uid == os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """Arguments for subprocess that start a process under this account."""
        if self.is_caller():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, directory: Path) -> bool:
        """Whether this account can reach and list a directory."""
        try:
            done = subprocess.run(
                ["ls", directory],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **self.process_options(),
            )
        except PermissionError as error:
            raise Failure(
                f"root may not become {self.name} here, and PostgreSQL refuses to run as root: "
                "run this as an ordinary user"
            ) from error
        return done.returncode == 0

    def make_private_directory(self, directory: Path) -> None:
        """Creates a directory that only this account can use, or checks that it is one."""
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            if not self.is_caller():
                os.chown(directory, self.uid, self.gid)
        check_ownership(directory, self.uid, 0o077)


def check_ownership(directory: Path, uid: int, forbidden: int) -> None:
    """Refuses a directory that someone else has put there or can write to."""
    found = os.lstat(directory)
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != uid
        or stat.S_IMODE(found.st_mode) & forbidden
    ):
        raise Failure(f"{directory} is not the private directory it should be: remove it")


def server_account() -> Account:
    """The account the server runs under. Accounts are used as found, never created."""
    if not is_root():
        try:
            caller = pwd.getpwuid(os.geteuid())
        except KeyError as error:
            raise Failure(
                f"user {os.geteuid()} has no entry in /etc/passwd, which initdb insists on"
            ) from error
        return Account(caller.pw_name, caller.pw_uid, caller.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Failure("PostgreSQL refuses to run as root, and there is no account postgres or nobody")


def server_home(account: Account) -> Path:
    """The directory for servers and their data: under target/ if the account can get there."""
    WORK.mkdir(parents=True, exist_ok=True)
    if account.can_enter(WORK):
        return WORK
    home = Path("/var/tmp") / f"{EXTENSION}-{checkout_name()}"
    try:
        home.mkdir(mode=0o755)
        step(f"the account {account.name} cannot enter this checkout: servers live in {home}")
    except FileExistsError:
        pass
    check_ownership(home, os.geteuid(), 0o022)
    return home
