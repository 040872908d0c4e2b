"""Snapshots as values: strict checks, canonical form and digest, composing; pure."""
