"""Hostile files for every reader: a corpus that is kept, mutations of it, and a child process to read them in."""
