"""Go programs of the tests: compiled against Debian's govmomi, each once, and ended with us."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_CACHE = Path(__file__).parents[2] / ".cache"
_GOPATH = Path("/usr/share/gocode")
_GOVMOMI = _GOPATH / "src/github.com/vmware/govmomi/simulator"


def missing() -> str:
    """Say which package is to be installed, or nothing."""
    if shutil.which("go") is None:
        return "the vSphere simulator needs the Debian package golang-go"
    if not _GOVMOMI.is_dir():
        return "the vSphere simulator needs the Debian package golang-github-vmware-govmomi-dev"
    return ""


def compiled(name: str, sources: Sequence[Path]) -> Path:
    """Compile a program, unless these very sources have been compiled already.

    ``sources`` lie in one folder; those that are no Go are what the others embed.
    """
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    built = _CACHE / f"{name}-{digest[:16]}"
    if not built.exists():
        _CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
            new = Path(folder) / name
            files = [source.name for source in sources if source.suffix == ".go"]
            subprocess.run(
                ["go", "build", "-trimpath", "-o", new, *files],
                check=True,
                cwd=sources[0].parent,
                env={
                    **os.environ,
                    "CGO_ENABLED": "0",  # no C compiler is needed
                    "GO111MODULE": "off",
                    "GOPATH": str(_GOPATH),
                    "GOCACHE": str(_CACHE / "go"),  # govmomi takes most of the time: once for all
                },
            )
            new.replace(built)
    return built


@contextmanager
def running(
    program: Path, arguments: Sequence[str], environment: Mapping[str, str]
) -> Iterator[tuple["subprocess.Popen[str]", str, int]]:
    """Run a program that prints HOST:PORT first and ends with its standard input.

    Yields the process, the host and the port.
    """
    with subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"{program.name} did not start; see its message above")
        host, _, port = address.rpartition(":")
        try:
            yield process, host, int(port)
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[str]") -> None:
    """Let it end by itself, so that it removes what it made."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
