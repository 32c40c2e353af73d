"""Pull what a name means: one model, or the best of a tier that this machine can run and reach."""

from __future__ import annotations

from pathlib import Path

from open_autoglm.errors import DownloadFailed, ExtraMissing, ModelNotInstalled, UsageError
from open_autoglm.local.catalog import Catalog
from open_autoglm.local.hardware import Hardware
from open_autoglm.local.model_store import InstalledModel, ModelStore
from open_autoglm.local.pull_progress import PullProgress, ReportProgress
from open_autoglm.local.tiers import judge_tier


def obtain_model(
    asked: str,
    catalog: Catalog,
    store: ModelStore,
    hardware: Hardware,
    *,
    progress: ReportProgress = lambda _: None,
    offline: bool = False,
    given: Path | None = None,
) -> InstalledModel:
    """Pull ``asked``, a name of the catalogue or a tier.

    Of a tier, models are tried in order: one that is too large for this machine, or that no source can
    begin to give, is passed over and said so through ``progress``. Once bytes have arrived a failure is
    final, so that the next pull goes on with the same model. Raises as ``ModelStore.pull`` does.
    """
    tier = catalog.tier(asked)
    if tier is None:
        if not any(model.name == asked for model in catalog.models) and Path(asked).expanduser().exists():
            raise UsageError(
                f"{asked} is already on this machine; there is nothing to pull.",
                hint=f"Use it with --model-path {asked}.",
            )
        return store.pull(asked, progress=progress, offline=offline, given=given)
    passed_over: list[str] = []

    def pass_over(name: str, why: str) -> None:
        passed_over.append(f"{name}: {why}")
        progress(PullProgress(name, "checking", 0, 0, f"passed over: {why}"))

    for candidate in judge_tier(tier, catalog, store, hardware, offline=offline and given is None):
        name = candidate.model.name
        if candidate.obstacle is not None:
            pass_over(name, candidate.obstacle)
        elif candidate.unobtainable is not None and not candidate.installed:
            pass_over(name, candidate.unobtainable)
        else:
            try:
                return store.pull(name, progress=progress, offline=offline, given=given)
            except (DownloadFailed, ExtraMissing) as error:
                if store.received_bytes(name) > 0:
                    raise
                pass_over(name, str(error))
    raise ModelNotInstalled(
        f"No model of {asked!r} could be obtained: {'; '.join(passed_over)}",
        hint="Run `open-autoglm-cli doctor` for what is missing.",
    )
