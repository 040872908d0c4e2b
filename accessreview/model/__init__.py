"""The words of the product as frozen values: no I/O, no decisions; numpy only in columns."""
