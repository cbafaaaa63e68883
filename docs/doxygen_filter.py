"""Turns the comments of a header into those that Doxygen reads: `// text` before a declaration, and behind one.

    python3 docs/doxygen_filter.py HEADER
"""
import re
import sys


def escaped(text):
    """Without what Doxygen takes for a tag, a command or a link. Code between backticks stays as it is."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([<>@\\#&%]|::)", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


print("/// \\file")
code = False
for line in open(sys.argv[1], encoding="utf-8").read().split("\n"):
    comment = re.match(r"(\s*)//(?! ---)(.*)", line)
    begins_code = bool(comment and re.match(r" {4,}\S", comment[2]))
    if begins_code != code and not (code and comment and not comment[2].strip()):
        print(f"{comment[1] if comment else ''}/// {'@code{.cpp}' if begins_code else '@endcode'}")
        code = begins_code
    if comment:
        print(f"{comment[1]}///{comment[2] if code else escaped(comment[2])}")
    else:
        # A comment behind code that ends a member, as long as it is not within a text.
        behind = re.match(r"(.*[;,}])(\s+)// ([^\"]*)$", line)
        print(f"{behind[1]}{behind[2]}///< {escaped(behind[3])}" if behind else line)
