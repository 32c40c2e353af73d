"""Reads the picture of a formula with an encoder and decoder network that the user has installed.

The weights are those of LaTeX-OCR as RapidLaTeXOCR publishes them for ONNX Runtime: ``encoder.onnx``,
``decoder.onnx``, ``image_resizer.onnx`` and ``tokenizer.json`` in one folder. No package carries them,
so they are never a default; ONNX Runtime and the code here are all that is needed beside the files.
Architecture: a hybrid vision transformer (Dosovitskiy et al., 2021) with an autoregressive decoder.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from open_autoglm.documents.content import Image
from open_autoglm.documents.formulas.assemble import Reading, parses
from open_autoglm.errors import ModelFileRejected, ModelNotInstalled
from open_autoglm.onnx_network import onnxruntime_session

FILES = ("encoder.onnx", "decoder.onnx", "image_resizer.onnx", "tokenizer.json")
MAX_FILE_BYTES = 1_000_000_000
MAX_TOKENIZER_BYTES = 20_000_000
MAX_TOKENS = 512
"""Length of the answer the decoder was trained for."""

_MAX_WIDTH, _MAX_HEIGHT, _STEP = 672, 192, 32
"""Pixels the encoder takes at most, and the grid its input must fill."""

_MEAN, _DEVIATION = 0.7931, 0.1738
"""Of the training pictures' gray values, 0 to 1."""

_BOS, _EOS = 1, 2
_RESIZE_ROUNDS = 10
_UNPARSED = 0.3

REMEDY = (
    "Put encoder.onnx, decoder.onnx, image_resizer.onnx and tokenizer.json of RapidLaTeXOCR into one folder "
    "and name it in the setting formula_model."
)

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FormulaModel:
    """The three networks and the vocabulary. Not to be shared between threads."""

    encoder: Any
    decoder: Any
    resizer: Any
    vocabulary: dict[int, str]

    @classmethod
    def open(cls, folder: Path, *, threads: int = 2) -> FormulaModel:
        """Load the files of ``folder``.

        Raises:
            ModelNotInstalled: the folder or a file in it is missing.
            ModelFileRejected: a file is too large, damaged, or not the network it is named for.
        """
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise ModelNotInstalled(f"Formula model folder {folder} lacks {', '.join(missing)}.", hint=REMEDY)
        encoder = _session(folder / "encoder.onnx", 1, threads)
        decoder = _session(folder / "decoder.onnx", 3, threads)
        resizer = _session(folder / "image_resizer.onnx", 1, threads)
        return cls(encoder, decoder, resizer, _vocabulary(folder / "tokenizer.json"))

    def read(self, picture: Image) -> Reading:
        """LaTeX of a picture that shows one formula.

        The confidence is the geometric mean of the chosen tokens' probabilities, lowered when the
        LaTeX does not parse. A picture without ink, or an answer without an end, has confidence 0.
        """
        ink = _crop_to_ink(picture)
        if ink is None:
            return Reading("", 0.0)
        context = _run(self.encoder, self._fit(ink))
        tokens, certainty = self._decode(context)
        latex = _detokenize([self.vocabulary.get(token, "") for token in tokens])
        if not parses(latex):
            certainty = min(certainty, _UNPARSED)
        return Reading(latex, round(certainty, 3))

    def _fit(self, ink: PillowImage.Image) -> FloatArray:
        """Scale until the resizer network agrees with the width; shape (1, 1, height, width)."""
        original = ink
        fitted = _pad(_shrink(original))
        for _ in range(_RESIZE_ROUNDS):
            scores = _run(self.resizer, _normalize(fitted))
            wanted = (int(np.argmax(scores)) + 1) * _STEP
            if wanted == fitted.width:
                break
            ratio = wanted / fitted.width
            size = (max(1, wanted), max(1, round(fitted.height * ratio)))
            filter_ = PillowImage.Resampling.BILINEAR if ratio > 1 else PillowImage.Resampling.LANCZOS
            fitted = _pad(_shrink(fitted.resize(size, filter_)))
        return _normalize(fitted)

    def _decode(self, context: FloatArray) -> tuple[list[int], float]:
        """Greedy decoding; tokens without start and end, and the mean certainty."""
        tokens = [_BOS]
        logarithms: list[float] = []
        for _ in range(MAX_TOKENS):
            sequence = np.asarray([tokens], dtype=np.int64)
            mask = np.ones_like(sequence, dtype=np.bool_)
            logits = _run(self.decoder, sequence, mask, context)[0, -1].astype(np.float64)
            token = int(np.argmax(logits))
            logarithms.append(-math.log(float(np.exp(logits - logits[token]).sum())))
            if token == _EOS:
                return tokens[1:], math.exp(sum(logarithms) / len(logarithms))
            tokens.append(token)
        return tokens[1:], 0.0


def _session(path: Path, inputs: int, threads: int) -> Any:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ModelFileRejected(f"{path} is larger than {MAX_FILE_BYTES:,} bytes.", hint=REMEDY)
    refused = ModelFileRejected(f"{path} is not a network that can be loaded.", hint=REMEDY)
    session = onnxruntime_session(path, threads, refused)
    if len(session.get_inputs()) != inputs:
        raise ModelFileRejected(
            f"{path} takes {len(session.get_inputs())} inputs where {inputs} are expected.", hint=REMEDY
        )
    return session


def _run(session: Any, *values: NDArray[Any]) -> FloatArray:
    """The first output of a network whose inputs are given in its own order."""
    names = [entry.name for entry in session.get_inputs()]
    try:
        output: FloatArray = session.run(None, dict(zip(names, values, strict=True)))[0]
    except Exception as error:
        raise ModelFileRejected(f"The formula model can't be run: {error}.", hint=REMEDY) from error
    return output


def _vocabulary(path: Path) -> dict[int, str]:
    """Token texts by number, without the special ones. Format: Hugging Face tokenizers, byte-level BPE."""
    if path.stat().st_size > MAX_TOKENIZER_BYTES:
        raise ModelFileRejected(f"{path} is larger than {MAX_TOKENIZER_BYTES:,} bytes.", hint=REMEDY)
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        tokens = {int(number): str(text) for text, number in loaded["model"]["vocab"].items()}
        special = {int(entry["id"]) for entry in loaded.get("added_tokens", ()) if entry.get("special")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileRejected(f"{path} is not a tokenizer file.", hint=REMEDY) from error
    return {number: text for number, text in tokens.items() if number not in special}


def _detokenize(tokens: list[str]) -> str:
    """``Ġ`` opens a new word in byte-level BPE; LaTeX needs a space only between a command and a letter."""
    text = "".join(tokens).replace("Ġ", " ").replace("Ċ", " ")
    text = re.sub(r"(\\[A-Za-z]+)\s+(?=[A-Za-z])", "\\1\0", text)
    return re.sub(r"\s+", "", text).replace("\0", " ")


def _crop_to_ink(picture: Image) -> PillowImage.Image | None:
    """Dark on white, contrast stretched, without margins; None for an empty picture."""
    gray = np.asarray(PillowImage.fromarray(picture).convert("L"), dtype=np.float32)
    low, high = float(gray.min()), float(gray.max())
    if high - low < 16:
        return None
    gray = (gray - low) / (high - low) * 255
    if gray.mean() < 128:
        gray = 255 - gray
    rows, columns = np.nonzero((gray < 128).any(axis=1))[0], np.nonzero((gray < 128).any(axis=0))[0]
    if not len(rows):
        return None
    cut = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return PillowImage.fromarray(cut.astype(np.uint8))


def _shrink(picture: PillowImage.Image) -> PillowImage.Image:
    ratio = max(picture.width / _MAX_WIDTH, picture.height / _MAX_HEIGHT)
    if ratio <= 1:
        return picture
    size = (max(1, int(picture.width / ratio)), max(1, int(picture.height / ratio)))
    return picture.resize(size, PillowImage.Resampling.BILINEAR)


def _pad(picture: PillowImage.Image) -> PillowImage.Image:
    """White to the right and below, to full grid steps."""
    size = (-(-picture.width // _STEP) * _STEP, -(-picture.height // _STEP) * _STEP)
    padded = PillowImage.new("L", size, 255)
    padded.paste(picture, (0, 0))
    return padded


def _normalize(picture: PillowImage.Image) -> FloatArray:
    values = np.asarray(picture, dtype=np.float32) / 255.0
    return ((values - _MEAN) / _DEVIATION)[None, None].astype(np.float32)
