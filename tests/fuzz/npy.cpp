// libFuzzer: any lines as a column of texts in NumPy's format. The written array must have as many texts as
// lines, all of valid characters, and a valid line must be unchanged.
#include "core/system/npy.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

#include "core/text/text_check.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace qklab;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// Slow and obvious: one character in UTF-8.
std::string encoded(char32_t point) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
  if (point < 0x10000)
    return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
  return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)), byte(0x80 | (point >> 6 & 0x3f)),
          byte(0x80 | (point & 0x3f))};
}

bool is_valid(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> texts;
  for (std::string line; std::getline(lines, line);) texts.push_back(line);
  const std::string bytes = npy_bytes({texts.size()}, texts);

  demand(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t begin =
      10 + static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  demand(begin % 64 == 0 && begin <= bytes.size());
  const std::size_t words = (bytes.size() - begin) / 4;
  demand((bytes.size() - begin) % 4 == 0 && (texts.empty() ? words == 0 : words % texts.size() == 0));
  const std::size_t width = texts.empty() ? 1 : words / texts.size();
  demand(bytes.find(fmt::format("'descr': '<U{}'", width)) < begin);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string again;
    std::size_t used = 0;  // NumPy removes zeros at the end
    for (std::size_t k = 0; k < width; ++k) {
      char32_t point;
      std::memcpy(&point, bytes.data() + begin + 4 * (i * width + k), 4);
      demand(point <= 0x10ffff && !(0xd800 <= point && point < 0xe000));
      again += encoded(point);
      if (point != 0) used = again.size();
    }
    std::string expected = texts[i];
    while (!expected.empty() && expected.back() == '\0') expected.pop_back();
    if (is_valid(texts[i])) demand(again.substr(0, used) == expected);
  }
  return 0;
}
