"""Audits: what another program's weights are worth under its own objective, and why they are not the optimum.

A fitted estimator is read by the names of its class and attributes, never imported; its parameters are translated
into the one objective of this library, and other objectives are tried where the weights do not fit it.
"""

from whyzero.audits.files import audit_json
from whyzero.audits.judging import audit
from whyzero.audits.result import Audit

__all__ = ["Audit", "audit", "audit_json"]
