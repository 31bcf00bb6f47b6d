"""Long fits that may be killed: their finished parts are kept in a file, from which the same fit goes on."""

from whyzero.checkpoints.checkpoint import Checkpoint, open_checkpoint
from whyzero.checkpoints.parts import Parts

__all__ = ["Checkpoint", "Parts", "open_checkpoint"]
