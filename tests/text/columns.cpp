#include "core/text/columns.hpp"

#include <doctest/doctest.h>

using namespace qklab;

TEST_CASE("columns are neither bytes nor characters") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("plain") == 5);
  CHECK(columns_of("Größe") == 5);
  CHECK(columns_of("固有値") == 6);
  CHECK(columns_of("e\u0301") == 1);  // a combining accent
  CHECK(columns_of("🙂") == 2);
  CHECK(columns_of("\xe4rger") == 5);  // Latin-1
  CHECK(columns_of("\x1b[2J") == 3);
}

TEST_CASE("a text is cut to the columns that there are, between characters") {
  CHECK(clipped("as it is", 8) == "as it is");
  CHECK(clipped("as it is", 7) == "as i...");
  CHECK(clipped("first\nsecond", 80) == "first");
  CHECK(clipped("Größenordnung", 8) == "Größe...");
  CHECK(clipped("固有値問題", 8) == "固有...");
  CHECK(clipped("固有値", 6) == "固有値");
  CHECK(clipped("long", 2) == "..");
  CHECK(clipped("long", 0).empty());
  for (std::size_t width = 0; width < 12; ++width)
    CHECK(columns_of(clipped("a固🙂é\u0301bcdef", width)) <= width);
}

TEST_CASE("what would drive the terminal is left out of a clipped text") {
  CHECK(clipped("a\x1b[31mb\r\tc\x7f", 80) == "a[31mbc");
  CHECK(clipped("\xc2\x9b"
                "31m",
                80) == "31m");  // an escape written as one character
  CHECK(clipped("\xff\xfeno UTF-8", 80) == "??no UTF-8");
}
