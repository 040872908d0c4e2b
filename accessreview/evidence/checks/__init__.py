"""What is checked of an evidence package; each check returns a sentence, or raises one."""
