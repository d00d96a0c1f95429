"""Model cards, written from evidence."""
