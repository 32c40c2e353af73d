"""A workstation for large models that runs entirely on one PC, offline."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("open-autoglm-pc")
