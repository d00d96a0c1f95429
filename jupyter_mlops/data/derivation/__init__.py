"""Versions made from others by a recorded recipe."""
