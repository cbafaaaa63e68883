#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/base/file.hpp"
#include "core/cli/cli.hpp"
#include "core/report/difference.hpp"

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

void print_scalars(const std::vector<ScalarDifference>& differences) {
  fmt::print("Scalars (means over the points that both have; difference with its 95% interval over seeds)\n");
  if (differences.empty()) fmt::print("  no point in common\n");
  for (const ScalarDifference& each : differences) {
    if (each.equal) {
      fmt::print("  {}: equal to the bit ({} points, {} trials)\n", each.metric, each.points, each.trials);
      continue;
    }
    const Interval range = interval(each.difference, confidence);
    fmt::print("  {}: {:.6g} -> {:.6g}, difference {:.4g} [{:.4g}, {:.4g}] ({} points, {} trials, {})\n",
               each.metric, each.mean_a, each.mean_b, each.difference.value, range.low, range.high,
               each.points, each.trials, each.paired ? "paired by seed" : "seeds differ");
    if (each.points > 1) fmt::print("    largest: {:.4g} at {}\n", each.largest, each.largest_at);
  }
}

}  // namespace

void add_diff(CLI::App& app, Exit&) {
  struct Arguments {
    std::string a, b;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("diff", "how two run directories differ: config, scalars, verdicts");
  verb->add_option("first", arguments->a, "run directory")->required()->type_name("DIR");
  verb->add_option("second", arguments->b, "run directory, of another version of the experiment as well")
      ->required()
      ->type_name("DIR");
  verb->callback([arguments] {
    const TrialsByName a = read_by_name(arguments->a), b = read_by_name(arguments->b);
    fmt::print("{} ({} trials) -> {} ({} trials)\n", arguments->a, a.trials.size(), arguments->b,
               b.trials.size());
    print_list("Config", config_differences(a, b));
    print_scalars(scalar_differences(a, b));
    print_list("Verdicts", claim_differences(claims_of(arguments->a), claims_of(arguments->b)));
  });
}

}  // namespace qklab
