"""Kill our program, or another of the user's."""

import os
import signal

import target

os.kill(target.VICTIM, signal.SIGKILL)
