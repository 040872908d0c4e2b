"""Asking a server for its API version, which pyVmomi would do without any time limit."""

import re
from http.client import HTTPException, HTTPSConnection

from pyVmomi import VmomiSupport

from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.settings import VCenterSettings
from accessreview.vsphere.tls import StrictContext

_PATH = "/sdk/vimServiceVersions.xml"
_LIMIT = 1 << 20
_OK = 200
_VERSION = re.compile(rb"<version>\s*([\w.]{1,40})\s*</version>")


def api_version(settings: VCenterSettings, context: StrictContext) -> str:
    """Return the newest API version that the server and pyVmomi share, by pyVmomi's name.

    Redirects are not followed: they could lead the credentials elsewhere.

    Raises:
        NoVCenterError: it is no vCenter, or a too old one.
    """
    connection = HTTPSConnection(
        settings.host,
        settings.port,
        timeout=context.deadline.wait_seconds,
        context=context,
    )
    try:
        connection.request("GET", _PATH)
        with connection.getresponse() as response:
            if response.status != _OK:
                raise NoVCenterError(f"{_PATH} gives HTTP status {response.status}")
            body = response.read(_LIMIT)
            if response.length:
                raise HTTPException("the answer was cut off")
    except UnicodeError:
        raise NoVCenterError("the host name cannot be looked up") from None
    finally:
        connection.close()
    offered = {version.decode("ascii", "replace") for version in _VERSION.findall(body)}
    for version in VmomiSupport.GetServiceVersions("vim25"):
        if VmomiSupport.versionIdMap[version] in offered:
            return str(version)
    raise NoVCenterError(f"{_PATH} names no API version that this program knows")
