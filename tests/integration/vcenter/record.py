"""Record what the simulator holds into ``tests/data/vcenter/simulator.json``.

``python -m tests.integration.vcenter.record`` after a change of what is read.
"""

import tempfile
from pathlib import Path

from accessreview.collectors.vcenter.read import read_vcenter
from accessreview.model.errors import CollectionError
from accessreview.vsphere.session import open_session
from tests.integration.vcenter.conftest import SIZES, populate
from tests.servers.vcsim import reached, running_vcsim
from tests.unit.collectors.vcenter.recording import dump

RECORDED = Path(__file__).parents[2] / "data/vcenter/simulator.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_vcsim(Path(folder), sizes=SIZES) as vcsim:
        populate(vcsim)
        with open_session(reached(vcsim), CollectionError) as session:
            text = dump(read_vcenter(session))
    # The simulator puts the folder of its datastores into their ids.
    RECORDED.write_text(text.replace(folder, "/tmp"), encoding="utf-8")  # noqa: S108 - not a file


if __name__ == "__main__":
    main()
