"""Executions that outlive their processes: their rows, their steps, and who performs them."""
