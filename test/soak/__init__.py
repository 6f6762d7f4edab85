"""One module a case; each has run(short) and raises AssertionError with what was lost or doubled."""
