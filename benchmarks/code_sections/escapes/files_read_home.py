"""Read a file in the user's home folder."""

import target

target.escaped_if_token(target.CANARY.read_text())
