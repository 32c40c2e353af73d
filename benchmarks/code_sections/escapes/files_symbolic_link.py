"""Follow a link of one's own out of the working folder."""

import os
from pathlib import Path

import target

os.symlink(target.CANARY, "link")
target.escaped_if_token(Path("link").read_text())
