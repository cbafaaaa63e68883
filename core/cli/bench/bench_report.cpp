// What figures, the report and the live page take; bench/report.py measures it from outside, as users see it.
#include <fmt/format.h>

#include <filesystem>

#include "core/cli/bench/bench_peer.hpp"
#include "core/cli/bench/benchmark.hpp"
#include "core/cli/command.hpp"

namespace qklab {

std::vector<Measurement> bench_report() {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const nlohmann::json times = run_script("report.py " + shell_quoted(self));
  constexpr std::pair<const char*, const char*> asked[] = {
      {"draw", "to draw 30 figures of 20 panels"},
      {"redraw", "to find that none of them has changed"},
      {"facets", "to draw a figure of 200 facets"},
      {"write", "to write the report of 200,000 trials"},
      {"open", "until a browser has painted it"},
      {"filter", "until the slowest of five filters of its trials is painted"},
      {"wait", "that any of ten viewers of the live page waited at most, beside fifty silent sockets"}};
  std::vector<Measurement> out;
  for (const auto& [name, what] : asked) {
    if (!times.contains(name)) continue;  // without a browser
    const double seconds = times.at(name);
    out.push_back(
        {fmt::format("report/{}", name), fmt::format("{:.3g} s {}", seconds, what), {{"seconds", seconds}}});
  }
  return out;
}

}  // namespace qklab
