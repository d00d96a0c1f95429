"""The exact form of a table: what its identity is taken from."""
