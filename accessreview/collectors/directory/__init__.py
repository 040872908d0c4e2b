"""Directories: a thin reader over ``accessreview.ldap`` and a pure translation."""
