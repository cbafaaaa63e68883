#include "core/chart/text_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "core/text/text_check.hpp"

namespace qklab {
namespace {

using Characters = std::vector<std::string_view>;

// Of the characters 32 to 126, in thousandths of the size. Source: the advance widths of DejaVu Sans 2.37.
constexpr std::array<short, 95> ascii_widths = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};

// In thousandths of the size; beyond ASCII the widest of each range that is in use.
int width_of(std::uint32_t code) {
  if (code < 0x20) return 0;
  if (code < 0x7F) return ascii_widths[code - 0x20];
  const bool is_combining = code >= 0x300 && code < 0x370;
  const bool is_superscript =
      code == 0xB2 || code == 0xB3 || code == 0xB9 || (code >= 0x2070 && code < 0x2090);
  if (is_combining) return 0;
  if (is_superscript) return 530;
  if (code == 0xB7) return 318;
  if (code < 0x250) return 980;
  if (code < 0x400) return 850;
  return 1100;
}

std::string joined(const Characters& all, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < std::min(to, all.size()); ++i) text += all[i];
  return text;
}

// The most characters from `from` on that fit; from the end backwards where `from` is beyond it.
std::size_t fitting_from_front(const Characters& all, double width, double size) {
  std::size_t n = 0;
  for (double used = 0; n < all.size(); ++n) {
    used += text_width(all[n], size);
    if (used > width) break;
  }
  return n;
}

std::size_t fitting_from_back(Characters all, double width, double size) {
  std::reverse(all.begin(), all.end());
  return fitting_from_front(all, width, size);
}

const std::string ellipsis = "…";

// A share of the room for the beginning, the rest for the end.
std::string cut(const std::string& text, double width, double size, double head) {
  if (text_width(text, size) <= width) return text;
  const Characters all = characters(text);
  const double room = std::max(0.0, width - text_width(ellipsis, size));
  const std::size_t front = fitting_from_front(all, head * room, size);
  const std::string kept = joined(all, 0, front);
  const std::size_t back = fitting_from_back(all, room - text_width(kept, size), size);
  return kept + ellipsis + joined(all, all.size() - back, all.size());
}

std::size_t different(const std::vector<std::string>& texts) {
  return std::set<std::string>(texts.begin(), texts.end()).size();
}

// How many characters all of them begin with.
std::size_t common_beginning(const std::vector<Characters>& all) {
  std::size_t n = 0;
  const auto alike = [&](const Characters& one) { return n < one.size() && one[n] == all.front()[n]; };
  while (!all.empty() && std::all_of(all.begin(), all.end(), alike)) ++n;
  return n;
}

// From just before where they begin to differ.
std::vector<std::string> without_beginning(const std::vector<std::string>& texts, double width, double size) {
  std::vector<Characters> all;
  for (const std::string& text : texts) all.push_back(characters(text));
  const std::size_t from = common_beginning(all) > 2 ? common_beginning(all) - 2 : 0;
  std::vector<std::string> result;
  for (const Characters& one : all)
    result.push_back(cut((from ? ellipsis : "") + joined(one, from, one.size()), width, size, 1));
  return result;
}

std::vector<std::string> numbered(const std::vector<std::string>& texts, double width, double size) {
  std::vector<std::string> known, result;
  for (const std::string& text : texts) {
    auto place = std::find(known.begin(), known.end(), text);
    if (place == known.end()) place = known.insert(known.end(), text);
    result.push_back(cut(fmt::format("{}: {}", place - known.begin() + 1, text), width, size, 1));
  }
  return result;
}

}  // namespace

std::string clean_text(std::string_view text) {
  static const std::string replacement = "\uFFFD";
  std::string result;
  for (const std::string_view character : characters(text)) {
    const std::uint32_t code = code_point(character);
    if (character.size() == 1 && code >= 0x80)
      result += replacement;
    else if (code < 0x20 || (code >= 0x7F && code < 0xA0))
      result += ' ';
    else if (code == 0xFFFE || code == 0xFFFF)
      result += replacement;
    else
      result += character;
  }
  return result;
}

double text_width(std::string_view text, double size) {
  double thousandths = 0;
  for (const std::string_view character : characters(text)) thousandths += width_of(code_point(character));
  return thousandths * size / 1000;
}

std::vector<std::string> wrap(const std::string& text, double width, double size) {
  std::vector<std::string> lines;
  std::string line, word;
  const auto put_word = [&] {
    if (!line.empty() && text_width(line + ' ' + word, size) > width) {
      lines.push_back(line);
      line.clear();
    }
    while (text_width(word, size) > width) {
      const Characters all = characters(word);
      const std::size_t n = std::max<std::size_t>(1, fitting_from_front(all, width, size));
      if (n >= all.size()) break;  // a single character, wider than the room
      lines.push_back(joined(all, 0, n));
      word = joined(all, n, all.size());
    }
    if (!word.empty()) line += (line.empty() ? "" : " ") + word;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '\n')
      put_word();
    else
      word += c;
  }
  put_word();
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::vector<std::string> shortened(const std::vector<std::string>& texts, double width, double size) {
  std::vector<std::string> result;
  for (const double head : {0.5, 0.25, 0.75, 0.0, 1.0}) {
    result.clear();
    for (const std::string& text : texts) result.push_back(cut(text, width, size, head));
    if (different(result) == different(texts)) return result;
  }
  result = without_beginning(texts, width, size);
  return different(result) == different(texts) ? result : numbered(texts, width, size);
}

}  // namespace qklab
