"""Snapshot bundles as files: folders and zips of CSV or Parquet, strictly read and written."""
