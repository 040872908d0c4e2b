"""Speaking LDAP strictly: the only home of ldap3, and the ids of its entries."""
