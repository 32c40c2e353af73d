"""Reach a server on the machine's loopback over IPv6."""

import socket

import target

with socket.create_connection(("::1", target.TCP6), timeout=2) as peer:
    target.escaped_if_token(peer.recv(100))
