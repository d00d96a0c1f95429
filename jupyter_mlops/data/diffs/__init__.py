"""What tells two tables apart."""
