"""What the solver did for a path, in words."""

from __future__ import annotations

from typing import Any

__all__ = ["PLANS", "describe_plan"]

PLANS = ("auto", "all-columns", "working-sets")


def describe_plan(account: dict[str, Any], n_cols: int) -> str:
    """One sentence from the counts that the core kept."""
    passes, batches = account["passes"], account["batches"]
    if account["gram"] and batches == 0:
        return f"Gram matrix of all {n_cols} columns from one reading of X; every alpha solved on it without X."
    gram = f"Gram matrix of all {n_cols} columns; where rounding in it could decide, " * account["gram"]
    if account["all"]:
        work = f"All {n_cols} columns at once: {account['evaluations']} gradients and {account['hessians']} Hessians"
    else:
        work = (
            f"Working sets of at most {account['largest']} of {n_cols} columns, with {account['hessians']} Hessians "
            f"and {account['evaluations']} gradients on them"
        )
    return f"{gram}{work}; {batches} batches of alphas verified, X read {passes:.3g} times."
