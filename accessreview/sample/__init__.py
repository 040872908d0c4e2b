"""The sample company's files, as real tools would have written them; ``make sample`` makes them.

``docs/sample-company.md`` says who is who, and which case is where.
"""

from pathlib import Path

SAMPLE = Path(__file__).resolve().parent / "data"
"""The folder of the files; ``accessreview.toml`` in it is their configuration."""
