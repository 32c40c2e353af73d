"""Reach a server on the machine's loopback over IPv4."""

import socket

import target

with socket.create_connection(("127.0.0.1", target.TCP4), timeout=2) as peer:
    target.escaped_if_token(peer.recv(100))
