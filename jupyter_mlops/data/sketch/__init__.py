"""Sketches: small summaries of columns that add up, so that days make a month."""
