"""Reads and writes numbers in Chinese characters."""

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}


def parse(text):
    """Return the number that a text means, from 0 to below a thousand billion (一万亿).

    Understands 三百二十一, 十五, 两千零五, 一亿零三万, the formal characters (壹佰), digits in a row
    (二〇二四 is 2024), ASCII and full-width digits (１２), and digits before 万 and 亿 (3万). Space is
    ignored. Raises ValueError for an empty text and for other characters.
    """
    text = "".join(text.split())
    if not text:
        raise ValueError("no number in an empty text")
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total = section = number = 0
    for character in text:
        if character in _DIGITS:
            number = _DIGITS[character]
        elif character.isdecimal():
            number = number * 10 + int(character)
        elif character in _UNITS:
            section += (number or 1) * _UNITS[character]
            number = 0
        elif character in _GROUPS:
            unit = _GROUPS[character]
            if unit > total:
                total = (total + section + number) * unit
            else:
                total += (section + number) * unit
            section = number = 0
        else:
            raise ValueError(f"no number: {text!r}")
    return total + section + number


def write(number):
    """Return a number from 0 to 99,999,999 in characters: 10 is 十, 205 is 二百零五, 20010 is 二万零一十.

    Raises ValueError for others.
    """
    if not 0 <= number < 10**8:
        raise ValueError(f"cannot write {number}")
    if number == 0:
        return "零"
    high, low = divmod(number, 10**4)
    text = f"{_section(high)}万" if high else ""
    if low:
        gap = "零" if high and low < 1000 else ""
        text += gap + _section(low)
    return text[1:] if text.startswith("一十") else text


def _section(number):
    """1 to 9999."""
    text, gap = "", False
    for unit, value in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // value % 10
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + unit
            gap = False
        else:
            gap = True
    return text
