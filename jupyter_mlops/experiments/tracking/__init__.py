"""The tracker port over MLflow, the system of record."""
