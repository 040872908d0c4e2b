"""Directories by ldap3: one wrapper, a thin reader and a pure translation."""
