"""On whose authority commands act: that of whoever may run them on this machine."""

import getpass

from accessreview.model.user import Authorization, UserRole


def _name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


OPERATOR = Authorization(f"command line ({_name()})", UserRole.ADMINISTRATOR)
