#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/cli/cli.hpp"
#include "core/cli/with_doc.hpp"
#include "core/compare/difference.hpp"
#include "core/system/file.hpp"
#include "core/text/rounded.hpp"

namespace qklab {

namespace {

constexpr double confidence = 0.95;

std::string claims_of(const std::string& directory) {
  const std::string path = directory + "/claims.json";
  return std::filesystem::exists(path) ? read_file(path) : "";
}

void print_list(const char* title, const std::vector<std::string>& lines) {
  fmt::print("{}\n", title);
  if (lines.empty()) fmt::print("  no difference\n");
  for (const std::string& line : lines) fmt::print("  {}\n", line);
}

// Adding the same numbers in another order leaves at most this difference, relative to the means.
bool is_rounding(const ScalarDifference& d) {
  return std::abs(d.largest) <= 1e-12 * std::max(std::abs(d.mean_a), std::abs(d.mean_b));
}

void print_scalars(const std::vector<ScalarDifference>& differences) {
  fmt::print("{}\n", with_doc("",
                              "Scalars (means over the points that both have; second - first with its 95% "
                              "interval over seeds)"));
  if (differences.empty()) fmt::print("  no point in common\n");
  std::size_t names = 0;
  for (const ScalarDifference& each : differences) names = std::max(names, each.metric.size());
  for (const ScalarDifference& each : differences) {
    fmt::print("  {:{}}  ", each.metric, names);
    if (each.equal) {
      fmt::print("equal to the bit");
    } else if (is_rounding(each)) {
      fmt::print("equal but for rounding, by {} at most", rounded(std::abs(each.largest), 1));
    } else {
      const Interval range = interval(each.difference, confidence);
      fmt::print("{:>10} -> {:<10}  {:>10} {:<24}", rounded(each.mean_a, 5), rounded(each.mean_b, 5),
                 rounded(each.difference.value, 4),
                 fmt::format("[{}, {}]", rounded(range.low, 4), rounded(range.high, 4)));
      if (each.points > 1) fmt::print("  largest {} at {}", rounded(each.largest, 4), each.largest_at);
    }
    fmt::print("\n");
  }
  // The counts are the same for all scalars, unless some trials lack one.
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const ScalarDifference &each = differences[i], &last = differences[i ? i - 1 : 0];
    if (i && each.points == last.points && each.trials == last.trials && each.paired == last.paired) continue;
    fmt::print("  {}{} points, {} trials, {}\n", i ? each.metric + " and on: " : "", each.points, each.trials,
               each.paired ? "paired by seed" : "seeds differ");
  }
}

void print_differences(const TrialsByName& a, const std::string& first, const std::string& second) {
  const TrialsByName b = read_by_name(second);
  fmt::print("first:  {} ({} trials)\nsecond: {} ({} trials)\n", first, a.trials.size(), second,
             b.trials.size());
  print_list("Config", config_differences(a, b));
  print_scalars(scalar_differences(a, b));
  print_list("Verdicts", claim_differences(claims_of(first), claims_of(second)));
}

}  // namespace

void add_diff(CLI::App& app, Exit&) {
  struct Arguments {
    std::string first;
    std::vector<std::string> others;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("diff", "how run directories differ: config, scalars, verdicts");
  verb->add_option("first", arguments->first, "run directory")->required()->type_name("DIR");
  verb->add_option(
          "others", arguments->others,
          "run directories, of other versions of the experiment as well; each is compared with the first")
      ->required()
      ->type_name("DIR");
  verb->callback([arguments] {
    const TrialsByName first = read_by_name(arguments->first);
    for (std::size_t i = 0; i < arguments->others.size(); ++i) {
      if (i > 0) fmt::print("\n");
      print_differences(first, arguments->first, arguments->others[i]);
    }
  });
}

}  // namespace qklab
