"""``doctor``: what this machine has, what is ready, and the command that mends what is not."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_table
from open_autoglm.errors import ModelNotInstalled
from open_autoglm.local.diagnosis import Diagnosis, diagnose
from open_autoglm.local.disk import megabytes
from open_autoglm.local.hardware import Hardware
from open_autoglm.runtime import SLOTS, Runtime

_SIGNS = {"ready": "ok", "missing": "MISSING", "optional": "optional"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@settings_options
def doctor_command(settings: LoadedSettings, *, as_json: bool) -> int:
    """Say what this machine has, which model fits it and why, and how to mend what is missing.

    Ends with exit code 0 when the default model is ready, with 4 when something must be installed first.

    \b
    Examples:
      open-autoglm-cli doctor
      open-autoglm-cli doctor --model-path autoglm-small --json
    """
    runtime = Runtime(settings.values)
    diagnosis = diagnose(settings.values, runtime.catalog, runtime.models, runtime.hardware, slots=SLOTS)
    if as_json:
        click.echo(json.dumps(_as_json(diagnosis), ensure_ascii=False, indent=2))
    else:
        print_table(("this machine", ""), _machine_rows(diagnosis.hardware))
        click.echo()
        for row in diagnosis.findings:
            click.echo(f"{_SIGNS[row.state]:<9} {row.subject}: {row.text}")
            if row.remedy:
                click.echo(f"{'':<9} → {row.remedy}")
    return 0 if diagnosis.ready else ModelNotInstalled.exit_code


def _machine_rows(hardware: Hardware) -> list[tuple[str, str]]:
    gpus = [
        f"{gpu.name}, {megabytes(gpu.free_bytes)} of {megabytes(gpu.total_bytes)} free"
        for gpu in hardware.gpus
    ]
    return [
        ("system", f"{hardware.system} ({hardware.architecture})"),
        ("processor", hardware.processor),
        ("physical cores", f"{hardware.physical_cores}, free now {hardware.free_physical_cores}"),
        (
            "memory",
            f"{megabytes(hardware.total_memory)}, free now {megabytes(hardware.available_memory)}",
        ),
        ("graphics cards", "; ".join(gpus) or "none found (NVIDIA and Apple are looked for)"),
    ]


def _as_json(diagnosis: Diagnosis) -> dict[str, object]:
    chosen = diagnosis.chosen
    return {
        "ready": diagnosis.ready,
        "hardware": asdict(diagnosis.hardware),
        "default_model": None
        if chosen is None
        else {"asked": chosen.asked, "name": chosen.name, "path": str(chosen.path), "reason": chosen.reason},
        "findings": [asdict(finding) for finding in diagnosis.findings],
    }
