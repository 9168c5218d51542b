"""What a build needs besides PostgreSQL: Rust, a C compiler, libclang."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Optional

from .console import Failure, output_of
from .downloads import LIBCLANG, unpack_wheel
from .paths import TOOLS, rust_version
from .system import install_packages

OLDEST_LIBCLANG = 9


def build_environment() -> dict[str, str]:
    """The environment for cargo, after providing what is missing."""
    env = dict(os.environ)
    # Cargo would take make's job server for its own.
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    env["PATH"] = f"{_cargo_directory()}{os.pathsep}{env.get('PATH', '')}"
    _check_rust(env)
    _provide_c_compiler()
    env.update(_libclang_settings(env))
    return env


def cargo_is_at_hand() -> bool:
    """Whether a build is possible at all."""
    return _find_cargo() is not None


def _find_cargo() -> Optional[Path]:
    found = shutil.which("cargo")
    if found:
        return Path(found)
    # rustup's own place, for shells that have not read its profile yet.
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    candidate = home / "bin" / "cargo"
    return candidate if os.access(candidate, os.X_OK) else None


def _cargo_directory() -> Path:
    cargo = _find_cargo()
    if cargo is None:
        raise Failure(
            "cargo is missing: install a Rust toolchain (rustup, version "
            f"{_dotted(rust_version())} or newer) and run this again"
        )
    return cargo.parent


def _check_rust(env: dict[str, str]) -> None:
    oldest = rust_version()
    rustc = shutil.which("rustc", path=env["PATH"])
    if rustc is None:
        raise Failure(f"rustc is missing: install Rust {_dotted(oldest)} or newer")
    try:
        text = output_of([rustc, "--version"], env)
    except subprocess.CalledProcessError as error:
        raise Failure(f"rustc does not work: {error.stderr.strip()}") from error
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    if not found or tuple(int(part) for part in found.groups()) < oldest:
        raise Failure(f"this is {text}: install Rust {_dotted(oldest)} or newer")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _provide_c_compiler() -> None:
    if not shutil.which("cc"):
        install_packages(["gcc", "libc6-dev"], "linking with cc")
    if not Path("/usr/include/stdio.h").exists() and shutil.which("apt-get"):
        install_packages(["libc6-dev"], "the C library's headers")


def _libclang_settings(env: dict[str, str]) -> dict[str, str]:
    """Settings for bindgen, which reads the server's headers through libclang."""
    if env.get("LIBCLANG_PATH"):
        return {}
    library = _system_libclang()
    if library is None:
        library = _pinned_libclang()
    settings = {"LIBCLANG_PATH": str(library)}
    if not _has_builtin_headers(library):
        # A bare library comes without clang's builtin headers. The C compiler's serve for
        # stddef.h and its like, but not for the vector intrinsics: clang knows those by other
        # names. The server's headers have a plain branch for processors without them, and no
        # type that crosses into Rust depends on the choice.
        headers = output_of(["cc", "-print-file-name=include"])
        added = f"-isystem {headers} -U__SSE2__ -U__SSE4_2__ -U__ARM_NEON"
        given = env.get("BINDGEN_EXTRA_CLANG_ARGS", "")
        settings["BINDGEN_EXTRA_CLANG_ARGS"] = f"{given} {added}".strip()
        settings["PGRX_BINDGEN_NO_DETECT_INCLUDES"] = "1"
    return settings


def _pinned_libclang() -> Path:
    unpacked = TOOLS / f"libclang-{LIBCLANG.version}"
    if not unpacked.exists():
        unpack_wheel(LIBCLANG, unpacked)
    (library,) = unpacked.glob("**/libclang.so")
    return library


def _system_libclang() -> Optional[Path]:
    """The newest usable libclang that the system has, by its packages or the linker's cache."""
    places = [str(path) for path in Path("/usr/lib").glob("llvm-*/lib/libclang*.so*")]
    ldconfig = shutil.which("ldconfig", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if ldconfig:
        places += re.findall(r"=> (\S*/libclang\S*)", output_of([ldconfig, "-p"]))
    libraries = [Path(place) for place in places if Path(place).exists()]
    usable = [path for path in libraries if _libclang_major(path) >= OLDEST_LIBCLANG]
    return max(usable, key=lambda path: (_libclang_major(path), str(path)), default=None)


def _libclang_major(library: Path) -> int:
    """The major version in the file's real name; 0 for other libraries, such as libclang-cpp."""
    name = library.resolve().name
    found = re.match(r"libclang-(\d+)\.so|libclang\.so\.(\d+)", name)
    return int(found.group(1) or found.group(2)) if found else 0


def _has_builtin_headers(library: Path) -> bool:
    major = _libclang_major(library)
    places = (f"lib/llvm-{major}/lib/clang/{major}*", f"lib*/clang/{major}*")
    return any(any(Path("/usr").glob(f"{place}/include/stddef.h")) for place in places)
