"""The bases of this machine as the routes, the page and ``kb ask`` use them."""

from __future__ import annotations

from open_autoglm.gateway.knowledge.kept import KeptBases
from open_autoglm.runtime import Runtime


def open_bases(runtime: Runtime) -> KeptBases:
    """Those under the data folder of the settings, or on its Qdrant server; the caller closes them."""
    return runtime.knowledge_bases()
