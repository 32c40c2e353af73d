"""The server's life: from the first message to the last, however that comes."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import BinaryIO

from pygls.io_ import StdoutWriter, run_async

from open_autoglm.lsp.server import EditorServer
from open_autoglm.lsp.streams import EditorInput

logger = logging.getLogger(__name__)


async def run_editor_server(server: EditorServer, reader: BinaryIO, writer: BinaryIO) -> int:
    """Answer until the editor says ``exit`` or goes away; then whatever is under way is ended.

    The exit code is 1 where the editor left without a word, as the protocol has it.
    """
    # Records of pygls quote messages, and so what somebody is typing.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server.protocol.set_writer(StdoutWriter(writer))
    try:
        with contextlib.suppress(SystemExit):  # how pygls ends at ``exit``
            await run_async(
                stop_event=threading.Event(),  # never set: the server ends with its input
                reader=EditorInput(reader),
                protocol=server.protocol,
                error_handler=server.report_server_error,
            )
    except BrokenPipeError:
        logger.info("the editor has gone")
    finally:
        await server.close()
    return 0 if server.ended_properly else 1
