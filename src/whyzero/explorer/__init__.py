"""The explorer: one offline page in which the question is answered by hand."""
