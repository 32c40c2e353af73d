"""Talk to a service of the user over its socket in the file system."""

import socket

import target

with socket.socket(socket.AF_UNIX) as peer:
    peer.connect(target.UNIX)
    target.escaped_if_token(peer.recv(100))
