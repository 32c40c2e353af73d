"""``zones``: draw zones on a picture of a recording, check a zone file, and see where its zones lie."""

from __future__ import annotations

import socket
import webbrowser
from pathlib import Path

import click
import uvicorn

from open_autoglm.cli.input_output import check_writable
from open_autoglm.cli.interrupt import interruptible
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note, print_table
from open_autoglm.errors import DamagedInput, UsageError
from open_autoglm.files import write_whole, write_whole_bytes
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.recording_frames import RecordingFrames
from open_autoglm.video.drawing import decode_jpeg, draw_moment, encode_jpeg
from open_autoglm.video.rules import make_rules
from open_autoglm.video.zones import load_zones

ZONE_FILE = click.argument("zones", metavar="ZONES", type=click.Path(path_type=Path, dir_okay=False))
RECORDING = click.argument("recording", metavar="RECORDING", type=click.Path(path_type=Path, dir_okay=False))


@click.group("zones")
def zones_command() -> None:
    """Draw, check and look at the zones of a camera.

    \b
    Examples:
      open-autoglm-cli zones edit yard.mp4 --output zones.yaml
      open-autoglm-cli zones check zones.yaml yard.mp4
      open-autoglm-cli zones show zones.yaml yard.mp4 --output zones.jpg
    """


@zones_command.command("edit")
@RECORDING
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("zones.yaml"),
    show_default=True,
    help="The zone file; zones that it holds already are shown.",
)
@click.option(
    "--at", "seconds", type=float, default=0.0, show_default=True, help="Which picture, in seconds."
)
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@settings_options
def edit_command(
    settings: LoadedSettings, recording: Path, output: Path, seconds: float, no_browser: bool
) -> int:
    """Draw zones on a picture of RECORDING with the mouse, in the browser on this PC.

    The zones are written to --output with every “Save”. Ctrl-C, or “Done”, ends it.

    \b
    Example: open-autoglm-cli zones edit yard.mp4 --output zones.yaml
    """
    from open_autoglm.web.zone_page import zone_page

    check_writable(output.absolute().parent, output)
    before = output.read_text(encoding="utf-8") if output.exists() else ""
    if before:
        load_zones(output)
    jpeg = _picture(Runtime(settings.values), recording, seconds)

    def save(text: str) -> None:
        with write_whole(output.absolute()) as stream:
            stream.write(text)
        print_note(f"Wrote {output}")

    def done() -> None:
        server.should_exit = True

    app, path = zone_page(
        recording.name,
        jpeg,
        _size(jpeg),
        before,
        save=save,
        done=done,
        chinese=settings.values.language == "zh",
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
        print_note(f"Draw the zones at {address} (Ctrl-C ends it).")
        if not no_browser:
            webbrowser.open(address)
        server.run(sockets=[listener])
    return 0


@zones_command.command("check")
@ZONE_FILE
@click.argument(
    "recording", metavar="[RECORDING]", required=False, type=click.Path(path_type=Path, dir_okay=False)
)
@settings_options
def check_command(settings: LoadedSettings, zones: Path, recording: Path | None) -> int:
    """Say whether ZONES can be used, and, given a RECORDING, whether they fit its picture.

    \b
    Example: open-autoglm-cli zones check zones.yaml yard.mp4
    """
    found = load_zones(zones)
    if recording is not None:
        make_rules(found, *_size(_picture(Runtime(settings.values), recording, 0.0, width=None)))
    rows = [(zone.id, str(len(zone.polygon)), ", ".join(zone.rules.names)) for zone in found.zones]
    print_table(("zone", "corners", "rules"), rows)
    return 0


@zones_command.command("show")
@ZONE_FILE
@RECORDING
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("zones.jpg"),
    show_default=True,
    help="The picture, JPEG.",
)
@settings_options
def show_command(settings: LoadedSettings, zones: Path, recording: Path, output: Path) -> int:
    """Draw the zones of a file on a picture of RECORDING.

    \b
    Example: open-autoglm-cli zones show zones.yaml yard.mp4 --output zones.jpg
    """
    from open_autoglm.tasks.video_output.shapes import zone_shapes

    found = load_zones(zones)
    if output.suffix.lower() not in (".jpg", ".jpeg"):
        raise UsageError(f"Output {str(output)!r} is no JPEG.", hint="Name a file that ends in .jpg.")
    check_writable(output.absolute().parent, output)
    image = decode_jpeg(_picture(Runtime(settings.values), recording, 0.0, width=None))
    if image is None:
        raise _no_picture(recording)
    shapes = zone_shapes(found, image.shape[1], image.shape[0])
    draw_moment(image, [], [(shape.polygon, shape.line) for shape in shapes], {}, [], scale=1.0)
    write_whole_bytes(output.absolute(), encode_jpeg(image))
    print_note(f"Wrote {output}")
    return 0


def _picture(runtime: Runtime, recording: Path, seconds: float, width: int | None = 1280) -> bytes:
    with (
        interruptible() as interrupt,
        RecordingFrames(recording, live=False, limits=runtime.video_limits, cancelled=interrupt) as frames,
    ):
        interrupt.heeded = True
        for frame in frames.frames_at((seconds,), width=width):
            return frame.jpeg
    raise _no_picture(recording)


def _size(jpeg: bytes) -> tuple[int, int]:
    image = decode_jpeg(jpeg)
    return (0, 0) if image is None else (image.shape[1], image.shape[0])


def _no_picture(recording: Path) -> DamagedInput:
    return DamagedInput(f"{recording.name} has no picture there.", hint="Name another moment with --at.")
