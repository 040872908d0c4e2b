"""Telling people: mail and files."""
