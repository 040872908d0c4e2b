"""vCenter by pyVmomi: a thin reader and a pure translation."""
