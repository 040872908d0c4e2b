"""Files that other tools write: govc JSON, PowerCLI CSV, LDIF."""
