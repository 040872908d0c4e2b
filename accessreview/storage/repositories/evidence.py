"""Evidence packages as they were sealed."""

from collections.abc import Sequence

from sqlalchemy import select

from accessreview.model.canonical import sha256
from accessreview.model.errors import IntegrityError, NotFoundError
from accessreview.model.evidence import EvidencePackage
from accessreview.storage.rows import EvidencePackageRow
from accessreview.storage.transaction import Transaction


class SqlEvidence:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, package: EvidencePackage, data: bytes) -> None:
        """Keep it for ever (IntegrityError if the bytes are not the ones described)."""
        if (len(data), sha256(data)) != (package.size, package.digest):
            raise IntegrityError(f"The evidence package {package.id} is not as it is described.")
        row = EvidencePackageRow(
            id=package.id,
            campaign=package.campaign,
            built_at=package.built_at,
            digest=package.digest,
            key=package.key,
            size=package.size,
            data=data,
        )
        self._transaction.insert([row])

    def of_campaign(self, campaign_id: str) -> Sequence[EvidencePackage]:
        statement = (
            select(EvidencePackageRow)
            .filter_by(campaign=campaign_id)
            .order_by(EvidencePackageRow.number.desc())
        )
        return [
            EvidencePackage(
                id=row.id,
                campaign=row.campaign,
                built_at=row.built_at,
                digest=row.digest,
                key=row.key,
                size=row.size,
            )
            for row in self._transaction.session.scalars(statement)
        ]

    def data(self, package_id: str) -> bytes:
        """The very bytes (IntegrityError if they are no longer those)."""
        statement = select(EvidencePackageRow.data, EvidencePackageRow.digest)
        row = self._transaction.session.execute(statement.filter_by(id=package_id)).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no evidence package {package_id}.")
        data, digest = row
        if sha256(data) != digest:
            raise IntegrityError(
                f"The stored evidence package {package_id} does not match its digest."
            )
        return data
