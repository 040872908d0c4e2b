"""The inventories of several tools, for permissions that come from whichever."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.govc_inventory import read_inventory as of_govc
from accessreview.collectors.offline.powercli_inventory import read_inventory as of_powercli
from accessreview.collectors.offline.rvtools import read_vinfo as of_rvtools
from accessreview.collectors.vcenter.raw import RawEntity

ReadInventory = Callable[[ExportFile], tuple[tuple[RawEntity, ...], tuple[str, ...]]]
"""The entities of a file, and the gaps that it shows; raises InputError for another file."""

INVENTORIES: Mapping[str, ReadInventory] = MappingProxyType(
    {"govc": of_govc, "powercli": of_powercli, "rvtools": of_rvtools}
)
