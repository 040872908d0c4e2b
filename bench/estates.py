"""Estates of given sizes, made once and kept on disk with their numbers beside them."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Estate:
    accounts: int
    bundle: Path


def estate_for(
    folder: Path | None, accounts: int, sizes: Mapping[str, int], *, spread: bool
) -> Estate:
    """The estate's bundle of Parquet files, made now if it is not there yet.

    Made by two programs of their own, so that neither counts as memory of a measurement. Remove the
    folder after the maker of estates was changed.
    """
    kept = folder or Path(tempfile.gettempdir()) / "accessreview-bench"
    kept.mkdir(parents=True, exist_ok=True)
    shape = {"accounts": accounts, **sizes}
    name = "-".join(f"{size}-{what}" for what, size in shape.items()) + "-spread" * spread
    bundle = kept / name
    if not bundle.exists():
        unfinished = kept / f".{name}"
        options = [f"--{what}={size}" for what, size in shape.items()] + ["--spread"] * spread
        for command in (
            [_HERE / "make_estate.py", unfinished, "--format=parquet", *options],
            [_HERE / "numbering.py", unfinished],
        ):
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(bundle)
    return Estate(accounts, bundle)
