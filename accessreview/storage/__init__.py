"""The database, and the only home of SQLAlchemy."""
