// Reproducible damage to the text of a config, such as typing errors or a truncated copy.
#pragma once

#include <string>
#include <vector>

#include "core/base/stream.hpp"

namespace qklab::mutator {

inline std::string mutate(std::string text, Stream& random) {
  const auto place = [&] { return static_cast<std::size_t>(random.below(text.size() + 1)); };
  const auto letter = [&] {
    static const std::string letters = "abx019.:-,[]{}'\"#&*!|>%@` \n\t=~?\\";
    return letters[static_cast<std::size_t>(random.below(letters.size()))];
  };
  const std::uint64_t times = 1 + random.below(3);
  for (std::uint64_t i = 0; i < times && !text.empty(); ++i) {
    const std::size_t at = std::min(place(), text.size() - 1);
    switch (random.below(8)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, letter());
        break;
      case 2:
        text[at] = letter();
        break;
      case 3:
        text.resize(at);
        break;
      case 4:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 5:
        text.insert(at, text.substr(place(), 20));
        break;  // copies a piece to another position
      case 6:
        std::swap(text[at], text[std::min(at + 1, text.size() - 1)]);
        break;
      default:
        text.erase(at, 1 + static_cast<std::size_t>(random.below(20)));
    }
  }
  return text;
}

}  // namespace qklab::mutator
