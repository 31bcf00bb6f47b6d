"""The demonstration: why L1 makes weights exactly zero and L2 does not, on real data and with its numbers."""

from whyzero.demo.story import Part, tell, two_features
from whyzero.demo.studies import DATA_SETS, Demonstration, demonstrate

__all__ = ["DATA_SETS", "Demonstration", "Part", "demonstrate", "tell", "two_features"]
