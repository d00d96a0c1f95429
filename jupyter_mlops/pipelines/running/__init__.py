"""One notebook in one kernel: run, watched, checkpointed, and ended whole."""
