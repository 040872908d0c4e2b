"""Keys and signatures: the only home of the cryptography package."""
