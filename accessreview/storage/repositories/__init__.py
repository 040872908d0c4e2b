"""One repository a kind of value: rows in, model values out."""
