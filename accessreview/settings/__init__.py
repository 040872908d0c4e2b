"""Configuration: one TOML file, read once, strictly.

Secrets are named by file, never written into it; paths are relative to the configuration file's
folder, those that stand here as defaults too.
"""

from accessreview.settings.directories import Directory
from accessreview.settings.files import (
    Ansible,
    Exported,
    Govc,
    Ldif,
    ObjectSave,
    OpenGraph,
    Powercli,
    SsoMembers,
)
from accessreview.settings.hosts import Host
from accessreview.settings.loading import load_settings
from accessreview.settings.secret import read_secret
from accessreview.settings.vcenters import IdentitySource, VCenter
from accessreview.settings.whole import AnySource, Settings

__all__ = [
    "Ansible",
    "AnySource",
    "Directory",
    "Exported",
    "Govc",
    "Host",
    "IdentitySource",
    "Ldif",
    "ObjectSave",
    "OpenGraph",
    "Powercli",
    "Settings",
    "SsoMembers",
    "VCenter",
    "load_settings",
    "read_secret",
]
