"""accessreview: access recertification and separation of duties for vCenter."""
