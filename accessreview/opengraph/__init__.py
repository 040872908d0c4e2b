"""A snapshot as a graph that BloodHound takes in (``docs/reference/opengraph.md``)."""
