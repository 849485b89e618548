"""What people and their papers really write: which names every door takes, and which numbers it reads as the same."""

# Rare letters: newer than this Python's table of Unicode, of the private area, outside the first plane, a variant.
NAMES = {
    "extension B": "𠅤明", "extension F": "王𬱖", "extension H": "王\U00031350", "extension I": "王\U0002ebf0",
    "private area": "李\ue863", "private plane": "李\U000f0001", "minority dot": "阿卜杜·热合曼",
}  # fmt: skip

UNSEEN = {
    "nul": "周\0某", "escape": "周\x1b某", "del": "周\x7f某", "next line": "周\x85某", "a line break": "周\n某",
    "line separator": "周\u2028某", "paragraph separator": "周\u2029某", "zero width space": "周\u200b某",
    "joiner": "周\u200d某", "byte order mark": "周\ufeff某", "soft hyphen": "周\xad某", "to the left": "周\u200f某",
    "turned": "周\u202e某", "isolate": "周\u2066某", "tag": "周\U000e0041某", "no letter ever": "周\uffff某",
}  # fmt: skip

WRAPS = {
    "directions": "\u202d{}\u202c", "zero width": "\u200b{}", "no-break": "\xa0{}", "tab": "{}\t", "line": "{}\n",
    "mark": "\ufeff{}", "wide blank": "\u3000{}",
}  # fmt: skip


def odd_numbers(number: str) -> dict[str, str]:
    """`number` as it gets typed and pasted."""
    halves = number[:6], number[6:]
    between = {
        "hyphen": "-",
        "dash": "\u2013",
        "blank": " ",
        "no-break between": "\xa0",
        "unseen between": "\u200b",
    }
    wide = number.translate({letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)})
    return (
        {what: wrap.format(number) for what, wrap in WRAPS.items()}
        | {what: with_.join(halves) for what, with_ in between.items()}
        | {"wide": wide, "small": number.lower()}
    )
