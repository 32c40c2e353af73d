"""``serve``: the gateway and the page, until Ctrl-C."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NoReturn

import click

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note
from open_autoglm.config import Settings
from open_autoglm.errors import ConfigurationError
from open_autoglm.local.file_lock import exclusive_lock
from open_autoglm.runtime import Runtime


@click.command("serve")
@click.option(
    "--load",
    "loaded",
    multiple=True,
    metavar="NAME",
    help="Have this model ready before the first request; may be repeated. Others load when asked for.",
)
@click.option("--no-page", "page", is_flag=True, default=True, flag_value=False, help="The API alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as one JSON line on stdout.")
@settings_options
def serve_command(settings: LoadedSettings, *, loaded: tuple[str, ...], page: bool, as_json: bool) -> int:
    """Serve models to programs and people on this machine.

    Programs that speak to OpenAI, Anthropic or Ollama use the address that is printed instead of theirs;
    people open it in a browser. Ctrl-C ends it; answers under way have five seconds, and a second Ctrl-C
    leaves them none.

    \b
    Examples:
      open-autoglm-cli serve
      open-autoglm-cli serve --load autoglm-large --local-api-port 9000
      open-autoglm-cli serve --context-window 8192 --slots 4 --model-idle-s 0
      open-autoglm-cli keys add office && open-autoglm-cli serve --local-api-host 0.0.0.0
    """
    # Imported here: the web framework takes a second, which no other command should.
    from open_autoglm.gateway.app import create_app
    from open_autoglm.gateway.guards.key_check import require_safe_binding
    from open_autoglm.gateway.guards.safety import no_page, protect
    from open_autoglm.gateway.keys import KeyStore
    from open_autoglm.gateway.opening import open_gateway
    from open_autoglm.gateway.server import address_of, listen, run_server
    from open_autoglm.telemetry.metrics import Metrics
    from open_autoglm.web.paths import is_page_path

    values = settings.values
    with KeyStore(values.data_dir) as keys:
        require_safe_binding(values.local_api_host, keys.count())
        listening = listen(values.local_api_host, values.local_api_port)
        address = address_of(listening)
        with listening, exclusive_lock(values.data_dir / "gateway.lock", _refuse_second(values)):
            runtime, metrics = Runtime(values), Metrics()
            app = create_app(lambda: open_gateway(runtime, metrics, loaded))
            if page:
                from open_autoglm.web.mount import mount_page
                from open_autoglm.web.opening import open_parts

                mount_page(app, values, lambda: open_parts(app, runtime, keys))
            guarded = protect(app, values, keys, metrics, is_page=is_page_path if page else no_page)
            run_server(guarded, listening, lambda: _tell(address, page=page, as_json=as_json))
    print_note("Stopped.")
    return 0


def _refuse_second(settings: Settings) -> Callable[[str], NoReturn]:
    def refuse(owner: str) -> NoReturn:
        raise ConfigurationError(
            f"Process {owner} serves the data folder {settings.data_dir} already.",
            hint="Use that one, end it, or choose another folder with --data-dir.",
        )

    return refuse


def _tell(address: str, *, page: bool, as_json: bool) -> None:
    print_note(f"Open-AutoGLM PC answers at {address}; Ctrl-C ends it.")
    if page:
        print_note(f"  page       {address}/")
    print_note(f"  OpenAI     {address}/v1")
    print_note(f"  Anthropic  {address}      Ollama  {address}")
    if as_json:
        click.echo(json.dumps({"address": address}))
