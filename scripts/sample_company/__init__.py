"""The sample company: who works there, which groups they are in, and what its vCenters hold."""
