"""Contracts: the rules that a table must keep, as text under review."""
