"""Fit L1 / L2 / elastic-net models, prove which weights are exactly zero, and say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Audit": "whyzero.audits",
    "Certificate": "whyzero.certificates",
    "CrossValidation": "whyzero.solution",
    "Explanation": "whyzero.explanations",
    "GLMClassifier": "whyzero.estimators",
    "GLMClassifierCV": "whyzero.estimators",
    "GLMRegressor": "whyzero.estimators",
    "GLMRegressorCV": "whyzero.estimators",
    "Path": "whyzero.solution",
    "PathCertificate": "whyzero.certificates",
    "Solution": "whyzero.solution",
    "Status": "whyzero.solution",
    "Verdict": "whyzero.certificates",
    "Verification": "whyzero.certificates",
    "audit": "whyzero.audits",
    "audit_json": "whyzero.audits",
    "certify": "whyzero.certificates",
    "certify_path": "whyzero.certificates",
    "cross_validate": "whyzero.cross_validation",
    "explain": "whyzero.explanations",
    "explorer": "whyzero.explorers",
    "fit": "whyzero.solve",
    "fit_path": "whyzero.solve",
    "patch_sklearn": "whyzero.patch",
    "unpatch_sklearn": "whyzero.patch",
    "verify": "whyzero.certificates",
}

_PACKAGES = ("experiments", "multi", "plots", "sklearn")

__all__ = ["__version__", *sorted([*_HOMES, *_PACKAGES])]  # noqa: PLE0604

if TYPE_CHECKING:
    from whyzero import experiments as experiments
    from whyzero import multi as multi
    from whyzero import plots as plots
    from whyzero import sklearn as sklearn
    from whyzero.audits import Audit as Audit
    from whyzero.audits import audit as audit
    from whyzero.audits import audit_json as audit_json
    from whyzero.certificates import Certificate as Certificate
    from whyzero.certificates import PathCertificate as PathCertificate
    from whyzero.certificates import Verdict as Verdict
    from whyzero.certificates import Verification as Verification
    from whyzero.certificates import certify as certify
    from whyzero.certificates import certify_path as certify_path
    from whyzero.certificates import verify as verify
    from whyzero.cross_validation import cross_validate as cross_validate
    from whyzero.estimators import GLMClassifier as GLMClassifier
    from whyzero.estimators import GLMClassifierCV as GLMClassifierCV
    from whyzero.estimators import GLMRegressor as GLMRegressor
    from whyzero.estimators import GLMRegressorCV as GLMRegressorCV
    from whyzero.explanations import Explanation as Explanation
    from whyzero.explanations import explain as explain
    from whyzero.explorers import explorer as explorer
    from whyzero.patch import patch_sklearn as patch_sklearn
    from whyzero.patch import unpatch_sklearn as unpatch_sklearn
    from whyzero.solution import CrossValidation as CrossValidation
    from whyzero.solution import Path as Path
    from whyzero.solution import Solution as Solution
    from whyzero.solution import Status as Status
    from whyzero.solve import fit as fit
    from whyzero.solve import fit_path as fit_path


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that ``import whyzero`` loads nothing else."""
    from importlib import import_module

    if name in _PACKAGES:
        return import_module(f"whyzero.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'whyzero' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
