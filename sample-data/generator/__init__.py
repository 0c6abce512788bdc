"""One module a data set: `write(out, ...)` writes its files and returns its part of expected.json."""
