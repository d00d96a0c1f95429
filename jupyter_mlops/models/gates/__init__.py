"""Gates: what a version must show before an alias may point at it."""
