"""Comparing: what is known of each run, how sure the numbers are, and why they differ."""
