"""The thinking about proof: canonical bytes, manifests, the audit chain and verification; pure."""
