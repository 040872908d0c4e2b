"""Snapshots as values: strict checking, canonical form and digest, composing from readings; pure."""
