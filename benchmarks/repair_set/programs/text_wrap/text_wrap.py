"""Sets text in lines of a fixed width."""


def wrap(text, width):
    """Return the lines of a text, each of at most ``width`` characters, filled as far as possible.

    Words are parted at white space; a word that is longer than the width is cut into pieces of the
    width. Empty lines in the text part paragraphs and stand as ``""`` between them; several count as one.
    Raises ValueError for a width below 1.
    """
    if width < 1:
        raise ValueError(f"width must be positive, not {width}")
    lines = []
    for paragraph in _paragraphs(text):
        if lines:
            lines.append("")
        lines.extend(_filled(paragraph.split(), width))
    return lines


def justify(line, width):
    """Return the line with its gaps widened so that it is ``width`` long; gaps on the left widen first.

    A line of one word, or one that is long enough, stays as it is.
    """
    words = line.split(" ")
    missing = width - len(line)
    if missing <= 0 or len(words) == 1:
        return line
    each, rest = divmod(missing, len(words) - 1)
    out = words[0]
    for index, word in enumerate(words[1:]):
        out += " " * (1 + each + (1 if index < rest else 0)) + word
    return out


def column(text, width):
    """Return the text wrapped, with all lines justified but the last of each paragraph."""
    lines = wrap(text, width)
    ends = [index + 1 == len(lines) or lines[index + 1] == "" for index in range(len(lines))]
    return [line if end else justify(line, width) for line, end in zip(lines, ends, strict=True)]


def _paragraphs(text):
    paragraphs = [""]
    for line in text.splitlines():
        if line.strip():
            paragraphs[-1] += line + "\n"
        elif paragraphs[-1]:
            paragraphs.append("")
    return [paragraph for paragraph in paragraphs if paragraph]


def _filled(words, width):
    lines, line = [], ""
    for word in words:
        while len(word) > width:
            if line:
                lines.append(line)
                line = ""
            lines.append(word[:width])
            word = word[width:]
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        lines.append(line)
    return lines
