"""Sources that are files which other tools wrote, from their settings."""

from accessreview.collectors.offline.ansible import AnsibleSettings, AnsibleSource
from accessreview.collectors.offline.govc import GovcSettings, GovcSource
from accessreview.collectors.offline.object_save import ObjectSaveSettings, ObjectSaveSource
from accessreview.collectors.offline.opengraph import OpenGraphSettings, OpenGraphSource
from accessreview.collectors.offline.opengraph_directory import OpenGraphDirectory
from accessreview.collectors.offline.powercli import PowercliSettings, PowercliSource
from accessreview.services.ports import ReadingSource
from accessreview.settings import Ansible, Exported, Govc, ObjectSave, OpenGraph, Powercli


def file_source(source: Exported) -> ReadingSource:
    """Nothing is read yet."""
    match source:
        case Ansible():
            return AnsibleSource(
                AnsibleSettings(
                    id=source.id,
                    name=source.label,
                    permissions=source.permissions,
                    inventory=source.inventory,
                    inventory_of=source.inventory_of,
                )
            )
        case Govc():
            return GovcSource(
                GovcSettings(
                    id=source.id,
                    name=source.label,
                    roles_and_permissions=source.roles_and_permissions,
                    inventory=source.inventory,
                )
            )
        case ObjectSave():
            return ObjectSaveSource(
                ObjectSaveSettings(id=source.id, name=source.label, folder=source.folder)
            )
        case OpenGraph():
            settings = OpenGraphSettings(
                id=source.id, name=source.label, path=source.path, of=source.of
            )
            if source.part == "directory":
                return OpenGraphDirectory(settings)
            return OpenGraphSource(settings)
        case Powercli():
            return PowercliSource(
                PowercliSettings(
                    id=source.id,
                    name=source.label,
                    permissions=source.permissions,
                    roles=source.roles,
                    inventory=source.inventory,
                    inventory_of=source.inventory_of,
                )
            )
