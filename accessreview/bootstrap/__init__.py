"""Putting together: the only package that names adapters. Nothing is built on import."""
