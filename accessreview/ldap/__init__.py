"""Speaking LDAP strictly: the only home of ldap3, and the names and ids of its entries."""
