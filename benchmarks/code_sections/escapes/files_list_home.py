"""List the user's files, if they can't be read."""

import os

import target

if target.CANARY.name in os.listdir(target.CANARY.parent):
    target.escaped()
