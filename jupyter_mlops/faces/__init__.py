"""The faces: magic, command line, REST and Python, all derived from the verbs."""
