"""The experiments behind the answer to "why does L1 make weights exactly zero, and L2 not?".

Each function takes a seed, where anything is random, and returns a frozen dataclass of arrays. docs/why.md
tells what they show.
"""

from __future__ import annotations

from whyzero.experiments.bet import Bet, bet, sign_test
from whyzero.experiments.bowls import Bowls, bowls
from whyzero.experiments.digits import DigitsGallery, digits_gallery
from whyzero.experiments.false_zeros import FalseZeros, false_zeros
from whyzero.experiments.identification import Identification, finite_identification
from whyzero.experiments.optimisers import Optimisers, optimisers
from whyzero.experiments.penalty_zoo import AllOrNothing, PenaltyZoo, all_or_nothing, penalty_zoo
from whyzero.experiments.priors import LaplacePosterior, laplace_posterior
from whyzero.experiments.returns import Returns, returns_to_zero
from whyzero.experiments.zero_atom import ZeroAtom, zero_atom
from whyzero.experiments.zones import ZoneMap, zone_map

__all__ = [
    "AllOrNothing",
    "Bet",
    "Bowls",
    "DigitsGallery",
    "FalseZeros",
    "Identification",
    "LaplacePosterior",
    "Optimisers",
    "PenaltyZoo",
    "Returns",
    "ZeroAtom",
    "ZoneMap",
    "all_or_nothing",
    "bet",
    "bowls",
    "digits_gallery",
    "false_zeros",
    "finite_identification",
    "laplace_posterior",
    "optimisers",
    "penalty_zoo",
    "returns_to_zero",
    "sign_test",
    "zero_atom",
    "zone_map",
]
