"""Typical damage to a config: typing errors, and copies that were cut short."""

LETTERS = "abx019.:-,[]{}'\"#&*!|>%@` \n\t=~?\\"


def damage(text, choose):
    at = choose.randrange(len(text))
    length = choose.randrange(1, 20)
    return choose.choice([
        lambda: text[:at] + text[at + length:],
        lambda: text[:at],
        lambda: text[:at] + choose.choice(LETTERS) + text[at:],
        lambda: text[:at] + choose.choice(LETTERS) + text[at + 1:],
        lambda: text[:at] + text[at + 1:at + 2] + text[at:at + 1] + text[at + 2:],
        lambda: text[:at] + text[length:2 * length] + text[at:],
    ])()
