"""Makes the Chinese and handwritten pictures beside it, with fonts that the tests can't rely on.

    python tests/data/make_ocr_pictures.py

Needs the Debian packages fonts-noto-cjk and fonts-seto (both SIL Open Font License).
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
PRINT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
HAND = "/usr/share/fonts/truetype/seto/setofont.ttf"

CHINESE_LINES = (
    "二〇二六年度设备检修报告",
    "本报告说明三号车间水泵的检修情况。",
    "检修于五月十二日开始，共更换轴承四个，",
    "总费用为人民币八千六百元整。",
)
HAND_LINES = ("Pump checked on 12 May", "Bearing no. 4 is worn out", "周五之前更换水泵")


def page(lines: tuple[str, ...], font: str, size: int, path: Path) -> None:
    """One gray page at 150 dpi."""
    face = ImageFont.truetype(font, size)
    picture = Image.new("L", (900, 60 + len(lines) * size * 2), 255)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        draw.text((60, 30 + row * size * 2), line, font=face, fill=20)
    picture.save(path, dpi=(150, 150), optimize=True)


if __name__ == "__main__":
    page(CHINESE_LINES, PRINT, 32, HERE / "chinese_page.png")
    page(HAND_LINES, HAND, 40, HERE / "handwritten_page.png")
