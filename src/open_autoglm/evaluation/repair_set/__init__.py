"""Broken programs with failing tests and hidden ones, in a part to tune on and a part to report."""

from open_autoglm.evaluation.repair_set.read import SPLITS, Origin, RepairTask, Split, repair_tasks

__all__ = ["SPLITS", "Origin", "RepairTask", "Split", "repair_tasks"]
