"""One file by which a stranger knows a version: what it is, where it came from, who let it serve."""
