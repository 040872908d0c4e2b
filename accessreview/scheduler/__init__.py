"""The ticker: the only home of APScheduler."""
