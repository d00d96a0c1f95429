"""Versions of datasets: how they are named, found, and what is known of them."""
