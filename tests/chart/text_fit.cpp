#include "core/chart/text_fit.hpp"

#include <doctest/doctest.h>

#include <set>

#include "core/chart/fonts.hpp"

using namespace qklab;

namespace {

using Texts = std::vector<std::string>;

void check_shortened(const Texts& texts, double width) {
  const Texts result = shortened(texts, width, 6);
  REQUIRE(result.size() == texts.size());
  for (const std::string& text : result) CHECK(text_width(text, 6) <= width);
  CHECK(std::set<std::string>(result.begin(), result.end()).size() ==
        std::set<std::string>(texts.begin(), texts.end()).size());
}

}  // namespace

TEST_CASE("text is UTF-8 without control characters, whatever it was") {
  CHECK(clean_text("plain é ≤ 🙂") == "plain é ≤ 🙂");
  CHECK(clean_text("a\nb\tc\x7f") == "a b c ");
  CHECK(clean_text("\xe9t\xe9") == "\uFFFDt\uFFFD");
  CHECK(clean_text("\xef\xbf\xbe") == "\uFFFD");  // no character of XML
  CHECK(clean_text("\xed\xa0\x80").find('\xed') == std::string::npos);
}

TEST_CASE("wide letters take more room than narrow ones") {
  CHECK(text_width("WWW", 10) > 2 * text_width("iii", 10));
  CHECK(text_width("日本", 10) >= 20);
  CHECK(text_width("", 10) == 0);
}

TEST_CASE("wrapped lines are no wider than their room, and hold all words") {
  for (const double width : {12.0, 40.0, 200.0}) {
    const std::string text = "held-out loss of a_name_without_any_space_at_all in nats";
    std::string all;
    for (const std::string& line : wrap(text, width, 7)) {
      CHECK(text_width(line, 7) <= width);
      for (const char c : line)
        if (c != ' ') all += c;
    }
    CHECK(all == "held-outlossofa_name_without_any_space_at_allinnats");
  }
  CHECK(wrap("  ", 50, 7).empty());
}

TEST_CASE("shortened texts fit and stay different") {
  CHECK(shortened({"short", "texts"}, 60, 6) == Texts{"short", "texts"});
  check_shortened({"corpora/nineteenth_century_1.txt", "corpora/nineteenth_century_2.txt"}, 50);
  check_shortened({"1_corpora_of_the_nineteenth_century", "2_corpora_of_the_nineteenth_century"}, 50);
  check_shortened(
      {"the_very_same_beginning_A_and_the_very_same_end", "the_very_same_beginning_B_and_the_very_same_end",
       "the_very_same_beginning_A_and_the_very_same_end"},
      44);
  Texts many;  // that differ in the middle and at several places
  for (int i = 0; i < 40; ++i) {
    many.push_back("beginning_of_a_name_" + std::to_string(i % 7) + "_middle_of_it_" + std::to_string(i / 7) +
                   "_and_its_end");
  }
  check_shortened(many, 60);
}

TEST_CASE("characters that no font has are drawn as question marks") {
  CHECK(drawable_text("plain text, 10⁻⁵ ≤ µ·é") == "plain text, 10⁻⁵ ≤ µ·é");
  CHECK(drawable_text("a\U0010FFFDb") == "a?b");  // for private use, so no font's
}
