"""The web application: the only home of Flask."""
