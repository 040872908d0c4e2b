"""The package as a container: who sealed it, its files, the snapshots and the ruleset in it."""

from accessreview.evidence.inspection import Inspection, require
from accessreview.evidence.manifest import AFTER, FORMAT, MANIFEST, REVIEWED, VERSION, Entry
from accessreview.model.canonical import sha256
from accessreview.model.errors import IntegrityError
from accessreview.model.snapshot import ANNEX, TABLES

_FILES = frozenset(
    {
        "campaign.json", "population.json", "items.jsonl", "items.csv", "sign_offs.jsonl",
        "findings.jsonl", "agreement.jsonl", "plan.jsonl", "removals.jsonl", "audit.jsonl",
        "ruleset.toml", "report.html", "key.pem",
    }
)  # fmt: skip
_OF_BUNDLE = frozenset({MANIFEST, *(f"{table}.csv" for table in (*TABLES, *ANNEX))})


def seal(inspection: Inspection) -> str:
    return f"Every byte is as sealed by the key {inspection.fingerprint}."


def key(inspection: Inspection) -> str:
    require(
        inspection.read_key(inspection.package["key.pem"]) == inspection.sealing_key,
        "key.pem in the package is not the key that sealed it.",
    )
    if inspection.expected_key is None:
        return (
            "No key was given to compare with: make sure by another way that "
            f"{inspection.fingerprint} is the key of this company."
        )
    require(
        inspection.expected_key == inspection.sealing_key,
        f"The package is sealed by the key {inspection.fingerprint}, which is not the one given.",
    )
    return "The package is sealed by the key that was given."


def manifest(inspection: Inspection) -> str:
    row = inspection.package.manifest_row
    require(row.get("format") == FORMAT, "This is not an evidence package of this product.")
    version = row.get("version")
    require(
        type(version) is int and version == VERSION,
        f"The package has format version {version!r:.20}; this program knows {VERSION}. Verify it "
        "with the version of the program that built it.",
    )
    built = inspection.package.manifest
    return f"Format {FORMAT}, version {VERSION}, built {row['built_at']} by version {built.engine}."


def files(inspection: Inspection) -> str:
    package = inspection.package
    listed = package.manifest.files
    inside = set(package.files) - {MANIFEST}
    for name in sorted(set(listed) - inside):
        raise IntegrityError(f"{name} is listed in the manifest and missing from the package.")
    for name in sorted(inside - set(listed)):
        raise IntegrityError(f"{name} is in the package and not listed in the manifest.")
    for name in sorted(inside):
        data = package.files[name]
        require(
            listed[name] == Entry(sha256(data), len(data)),
            f"{name} does not have the size and digest that the manifest lists.",
        )
    expected = _expected(package.manifest.after)
    for name in sorted(inside ^ expected):
        raise IntegrityError(
            f"{name} is no part of a package like this."
            if name in inside
            else f"{name} is missing from the package."
        )
    return f"All {len(inside)} files have the digests that the manifest lists."


def _expected(after: tuple[str, ...]) -> set[str]:
    folders = (REVIEWED, *(f"{AFTER}{digest}/" for digest in after))
    return {*_FILES, *(folder + name for folder in folders for name in _OF_BUNDLE)}


def snapshots(inspection: Inspection) -> str:
    package = inspection.package
    after = package.manifest.after
    require(list(after) == sorted(set(after)), "The later snapshots are not listed once each.")
    found = [(package.reviewed, package.manifest.snapshot)]
    found += [(package.after(digest), digest) for digest in after]
    for snapshot, digest in found:
        require(
            snapshot.digest == digest,
            f"The snapshot that should have the digest {digest} has {snapshot.digest}.",
        )
    return f"{len(found)} snapshot(s) have the digests that the manifest names."


def ruleset(inspection: Inspection) -> str:
    digest = sha256(inspection.package["ruleset.toml"])
    require(
        digest == inspection.package.manifest.ruleset,
        "ruleset.toml is not the ruleset of the manifest.",
    )
    return f"The ruleset has the digest {digest}."
