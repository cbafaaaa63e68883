#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "core/base/error.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/description_json.hpp"
#include "core/cli/with_doc.hpp"
#include "core/tasks/task.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

namespace {

std::string allowed(const Parameter& parameter) {
  if (!parameter.choices.empty()) return fmt::format("{}", fmt::join(parameter.choices, "|"));
  if (parameter.type == Type::boolean) return "true|false";
  const bool low = std::isfinite(parameter.low), high = std::isfinite(parameter.high);
  if (!low && !high) return std::string(name_of(parameter.type));
  return fmt::format("{}{}, {}{}", low && !parameter.open_low ? "[" : "(",
                     low ? shortest(parameter.low) : "-inf", high ? shortest(parameter.high) : "inf",
                     high ? "]" : ")");
}

void print_metrics(std::string_view title, const std::vector<Metric>& metrics) {
  if (metrics.empty()) return;
  fmt::print("\n{}\n", title);
  for (const Metric& metric : metrics) {
    std::string name = metric.name;
    if (!metric.index.empty()) name += fmt::format("[{}]", metric.index);
    const std::string range =
        metric.range ? fmt::format(" (from {} to {})", metric.range->low, metric.range->high) : "";
    const std::string left =
        fmt::format("  {:<28} {:<12} {:<8} ", name, metric.unit.empty() ? "1" : metric.unit,
                    metric.bits == Bits::exact ? "exact" : "rounded");
    fmt::print("{}\n", with_doc(left, metric.doc + range));
  }
}

void describe(const Experiment& experiment) {
  fmt::print("{} (version {})\n{}\n\nparameters\n", experiment.name, experiment.version,
             with_doc("", experiment.doc));
  for (const Parameter& parameter : experiment.parameters) {
    const std::string unit = parameter.unit.empty() ? "" : fmt::format(" [{}]", parameter.unit);
    const std::string left =
        fmt::format("  {:<16} {:<12} {:<20} ", parameter.name, parameter.default_text(), allowed(parameter));
    fmt::print("{}\n", with_doc(left, parameter.doc + unit));
  }
  print_metrics("scalars: one number a trial", experiment.scalars);
  print_metrics("series: one number for each value of the index", experiment.series);
  print_metrics("arrays: a .npy file a trial", experiment.arrays);
  print_metrics("files that a trial may leave besides", experiment.files);
  if (!experiment.overlays.empty()) {
    fmt::print("\ntheory\n");
    for (const Overlay& overlay : experiment.overlays)
      fmt::print("  {} is drawn beside {}\n", overlay.theory, overlay.metric);
  }
  if (!experiment.baselines.empty()) {
    fmt::print("\nbaselines\n");
    for (const BaselineOverlay& each : experiment.baselines)
      fmt::print("  {} ({}) is drawn beside {}\n", each.baseline, each.label, each.metric);
  }
  if (!experiment.claims.empty()) fmt::print("\nclaims\n{}\n", experiment.claims);
}

void describe(const tasks::TaskKind& task) {
  fmt::print("{} (a task)\nto be predicted: {}\naccuracy: {}\n", task.name, task.doc, task.accuracy);
  if (task.vocabulary > 0) fmt::print("vocabulary: {} symbols by default\n", task.vocabulary);
  if (task.next_token) fmt::print("for causal models only, as later inputs give the targets away\n");
}

}  // namespace

void add_describe(CLI::App& app, Exit&) {
  const auto name = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  CLI::App* verb = app.add_subcommand("describe", "an experiment's parameters and metrics, or a task");
  verb->add_option("name", *name, "experiment or task")->required()->type_name("EXPERIMENT|TASK");
  verb->add_flag("--json", *as_json, "an experiment's declarations as JSON, for other programs");
  verb->callback([name, as_json] {
    const Experiment* const experiment = find_experiment(*name);
    if (experiment && *as_json) return fmt::print("{}\n", description_json(*experiment));
    if (experiment) return describe(*experiment);
    if (const tasks::TaskKind* task = Registry<tasks::TaskKind>::all().find(*name)) {
      if (*as_json)
        throw InputError(fmt::format("describe --json: '{}' is a task, not an experiment", *name));
      return describe(*task);
    }
    std::vector<std::string> known = tasks::task_names();
    std::ranges::copy(experiment_names(), std::back_inserter(known));
    throw InputError(
        fmt::format("no experiment or task '{}'{}; `qklab list` and `qklab list tasks` name them", *name,
                    did_you_mean(*name, known)));
  });
}

}  // namespace qklab
