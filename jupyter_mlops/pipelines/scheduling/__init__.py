"""What starts executions: clocks, events and calls, each slot once."""
