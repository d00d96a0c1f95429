"""Profiles of versions: made once, read without the rows."""
