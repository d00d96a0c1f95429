"""Where tables come from: files, globs, URLs, databases, and what other libraries hold."""
