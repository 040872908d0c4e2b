"""Rulesets as TOML files, the shipped ones beside their strict reader."""
