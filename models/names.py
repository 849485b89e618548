"""Names and firms as two sources write them."""

import unicodedata

# Before NFKC, which makes other letters of some of them. Minority names are written with any of these, or with none.
DOTS = "·•‧∙⋅・･ㆍᆞ●˙▪᛫。｡⸱.．-‐‑‒–—―−－"
# Letters of the radicals' block that stand for a whole character, as texts taken out of a PDF have them: NFKC leaves
# nearly all of them as they are. From Unicode's table of equivalent ideographs.
_RADICALS = dict(
    zip(
        "⺁⺇⺊⺎⺒⺓⺛⺜⺝⺟⺠⺧⺩⺪⺫⺬⺮⺶⺷⺻⺼⺽⻁⻄⻅⻆⻇⻉⻊⻋⻑⻓⻔⻕⻗⻘⻙⻚⻛⻜"
        "⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂几卜兀巳幺旡日月母民牛王疋目示竹羊羊聿肉臼虎西见角角贝足车長长门阜雨青韦页风飞"
        "食首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
_FOLDED = str.maketrans(_RADICALS | dict.fromkeys(DOTS, ""))


MOST = 200  # letters of a name, a reference, a code; whatever is longer is none of these


def composed(text: str, most: int = MOST) -> str:
    """Compatibility forms as the letters they stand for (NFKC), of the first `most`.

    Cut before, since a row of marks takes time by the square of its length, and while it lasts nobody else is served; and
    after, since one letter may stand for eighteen.
    """
    return unicodedata.normalize("NFKC", text[:most])[:most]


def plain(name: str) -> str:
    """Full-width letters, blanks, capitals, radicals for characters and the dots of minority names make no difference.

    It is stored beside names, so that they are found by an index: whoever changes it has to write all of them anew.
    """
    return "".join(composed(name.translate(_FOLDED)).split()).casefold() or name
