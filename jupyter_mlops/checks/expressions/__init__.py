"""Rules in words of a table's columns: read without running code."""
