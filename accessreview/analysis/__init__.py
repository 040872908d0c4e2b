"""Who can really do what where, and which rules that breaks: computed on arrays, pure."""
