"""Tuning: a study, its trials, and what an objective is."""
