"""A person's rows, taken out of every version."""
