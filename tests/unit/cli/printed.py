"""Commands over bundles, and the rows they print."""

import json
from typing import Any

from click.testing import CliRunner, Result

from accessreview.cli import main

Row = dict[str, Any]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def printed(result: Result) -> list[Row]:
    """Its rows, each a line in the one form that a command writes."""
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.stdout == "".join(
        json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in found
    )
    return found
