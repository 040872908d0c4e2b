"""That the script makes the files that are shipped, byte by byte."""

import subprocess
import sys
from pathlib import Path

from accessreview.sample import SAMPLE

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "make_sample.py"


def test_the_script_makes_the_shipped_files_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True, capture_output=True)

    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    shipped = {file.name: file.read_bytes() for file in SAMPLE.iterdir()}

    assert made == shipped
