#include "core/text/text_check.hpp"

#include <doctest/doctest.h>

using namespace qklab;

TEST_CASE("text_check: bytes that are no text are written out, and text stays") {
  CHECK(readable("caf\xe9.txt") == "caf\\xE9.txt");
  CHECK(readable("caf\xc3\xa9 \xf0\x9f\x98\x80\t\n") == "caf\xc3\xa9 \xf0\x9f\x98\x80\t\n");
  CHECK(readable("\x1b[31m\xc3") == "\\x1B[31m\\xC3");
  CHECK(readable("") == "");
  CHECK(!find_bad_character(readable("\xff\xfe\x01")));
}

TEST_CASE("text_check: what cannot be seen, or is taken for something else, is named") {
  CHECK(shown_character("xy") == "'x'");
  CHECK(shown_character("\xc3\xa9t\xc3\xa9") == "'\xc3\xa9' (U+00E9)");
  CHECK(shown_character("\xc2\xa0") == "a no-break space (U+00A0)");
  CHECK(shown_character("\xef\xbb\xbf") == "a byte order mark (U+FEFF)");
  CHECK(shown_character("\xe2\x88\x92"
                        "1") == "'\xe2\x88\x92' (U+2212, a minus sign, not '-')");
  CHECK(shown_character("\xe9") == "byte 0xE9");
  CHECK(shown_character("\x01") == "byte 0x01");
  CHECK(readable("mean\xc2\xa0: \xe2\x80\x8b") == "mean\\u00A0: \\u200B");
  CHECK(readable("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac") ==
        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac");
}

TEST_CASE("text_check: characters are counted, not bytes") {
  CHECK(count_characters("") == 0);
  CHECK(count_characters("a\xc3\xa9\xf0\x9f\x98\x80") == 3);
  CHECK(count_characters("\xe9\xe9") == 2);
}
