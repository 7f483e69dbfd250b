"""How a release is written: one module a format, rows streamed from the database, never held."""
