"""Benchmarks of whyzero against its peers and against itself; not part of the wheel. See docs/benchmarks.md.

python -m benchmarks --help            the table of ratios
python -m benchmarks compare --help    two commits of whyzero
"""
