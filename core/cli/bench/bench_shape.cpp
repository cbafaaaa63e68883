#include "core/cli/bench/bench_shape.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/base/error.hpp"

namespace qklab {

StepShape parse_shape(std::string_view text) {
  std::vector<int> numbers;
  const char *at = text.data(), *end = at + text.size();
  for (;;) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    numbers.push_back(number);
    at = next;
    if (at == end || *at != ',') break;
    ++at;
  }
  const auto fail = [&](std::string_view why) {
    throw InputError(fmt::format("shape '{}': {}; write D,T,B,L,H,V,FFN, e.g. 32,32,32,1,1,16,0", text, why));
  };
  if (at != end || numbers.size() != 7) fail("expected seven whole numbers");
  const StepShape s{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
  for (std::size_t i = 0; i < 6; ++i) {
    if (numbers[i] < 1) fail("all but FFN are 1 or more");
  }
  if (s.ffn < 0) fail("FFN is 0 or more");
  if (s.dim % s.heads != 0) fail("H divides D");
  return s;
}

std::string to_text(const StepShape& s) {
  return fmt::format("{},{},{},{},{},{},{}", s.dim, s.length, s.batch, s.layers, s.heads, s.vocabulary,
                     s.ffn);
}

std::vector<StepShape> standard_shapes() {
  return {{32, 32, 32, 1, 1, 16, 0},
          {64, 64, 32, 1, 1, 64, 0},
          {64, 64, 32, 2, 4, 64, 256},
          {128, 128, 16, 4, 4, 256, 512},
          {256, 128, 16, 4, 8, 256, 1024}};
}

}  // namespace qklab
