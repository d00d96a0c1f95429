"""Versions as files that other tools read."""
