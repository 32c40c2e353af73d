"""Send a datagram out and hear the answer."""

import socket

import target

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
    peer.settimeout(0.5)
    peer.sendto(b"hello", ("127.0.0.1", target.UDP4))
    target.escaped_if_token(peer.recv(100))
