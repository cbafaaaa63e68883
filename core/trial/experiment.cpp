#include "core/trial/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <set>

#include "core/system/path_name.hpp"

#include "core/base/registry.hpp"
#include "core/trial/trial_id.hpp"
#include "core/trial/unlisted.hpp"

namespace qklab {

std::string_view name_of(Status status) {
  switch (status) {
    case Status::done:
      return "done";
    case Status::failed:
      return "failed";
    case Status::diverged:
      return "diverged";
    case Status::pruned:
      return "pruned";
  }
  return "";
}

namespace {

const Metric* find_metric(const std::vector<Metric>& metrics, std::string_view name) {
  for (const Metric& metric : metrics)
    if (is_family(metric.name) ? is_member(name, metric.name) : metric.name == name) return &metric;
  return nullptr;
}

std::vector<std::string> metric_names(const std::vector<Metric>& metrics) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.push_back(metric.name);
  return names;
}

// The position of a declared metric; throws Error where there is none of that name.
std::size_t slot(const std::vector<Metric>& metrics, std::string_view kind, std::string_view name) {
  if (const Metric* metric = find_metric(metrics, name))
    return static_cast<std::size_t>(metric - metrics.data());
  throw Error(fmt::format("the experiment declares no {} '{}'{}", kind, name,
                          did_you_mean(name, metric_names(metrics))));
}

[[noreturn]] void set_twice(std::string_view kind, std::string_view name) {
  throw Error(fmt::format("{} '{}' is set twice", kind, name));
}

}  // namespace

Result::Result(const Experiment& experiment)
    : scalars(experiment.scalars.size(), std::numeric_limits<double>::quiet_NaN()),
      all_series(experiment.series.size()),
      arrays(experiment.arrays.size()),
      experiment_(&experiment),
      scalar_set_(experiment.scalars.size()) {}

void Result::scalar(std::string_view name, double value) {
  const std::size_t i = slot(experiment_->scalars, "scalar", name);
  if (scalar_set_[i]) set_twice("scalar", name);
  scalar_set_[i] = true;
  scalars[i] = value;
}

void Result::series(std::string_view name, std::vector<double> value) {
  std::vector<double> index(value.size());
  std::iota(index.begin(), index.end(), 1.0);
  series(name, std::move(index), std::move(value));
}

void Result::series(std::string_view name, std::vector<double> index, std::vector<double> value) {
  const std::size_t i = slot(experiment_->series, "series", name);
  Series& series = is_family(experiment_->series[i].name) ? members[std::string(name)] : all_series[i];
  if (!series.index.empty()) set_twice("series", name);
  if (index.size() != value.size()) {
    throw Error(
        fmt::format("series '{}' has {} index values for {} values", name, index.size(), value.size()));
  }
  series = {std::move(index), std::move(value)};
}

void Result::array(std::string_view name, std::vector<std::size_t> shape, std::vector<double> data) {
  Array& array = arrays[slot(experiment_->arrays, "array", name)];
  if (!array.shape.empty()) set_twice("array", name);
  const auto size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>{});
  if (shape.empty() || size != data.size()) {
    throw Error(
        fmt::format("array '{}' of shape ({}) has {} values", name, fmt::join(shape, ", "), data.size()));
  }
  array = {std::move(shape), std::move(data)};
}

void Result::file(std::string_view name) {
  slot(experiment_->files, "file", name);
  if (std::ranges::count(files, name) > 0) set_twice("file", name);
  files.emplace_back(name);
}

void Result::diverged(std::string why) {
  status = Status::diverged;
  message = std::move(why);
}

void Result::pruned(std::uint64_t step) {
  status = Status::pruned;
  message = fmt::format("{}{}", pruned_before, step);
}

std::optional<std::uint64_t> pruned_at(std::string_view message) {
  if (!message.starts_with(pruned_before)) return std::nullopt;
  const auto step = parse_integer(message.substr(pruned_before.size()));
  return step && *step >= 0 ? std::optional(static_cast<std::uint64_t>(*step)) : std::nullopt;
}

Stream Trial::stream(std::string_view purpose) const {
  return {static_cast<std::uint64_t>(params.integer("seed")), stream_key(id, params), purpose};
}

bool Trial::has_file(std::string_view name) const { return files_ && files_->has(name); }

void Trial::file(std::string_view name, std::string_view bytes) const {
  if (files_) files_->write(name, bytes);
}

Stream Trial::shared_stream(std::string_view purpose, std::uint64_t key) const {
  return {static_cast<std::uint64_t>(params.integer("seed")), key, purpose};
}

const Metric* Experiment::scalar_metric(std::string_view metric) const {
  return find_metric(scalars, metric);
}
const Metric* Experiment::series_metric(std::string_view metric) const { return find_metric(series, metric); }

namespace {

// What a declaration must satisfy for its results to fit one table and its arrays a folder.
void check_declaration(const Experiment& experiment) {
  const auto fail = [&](const std::string& why) {
    throw Error(fmt::format("experiment '{}': {}", experiment.name, why));
  };
  if (!is_path_name(experiment.name)) fail("its name may hold letters, digits, '.', '_' and '-' only");
  if (!experiment.run) fail("it has no run function");

  std::set<std::string> columns = {"trial", "status"};
  for (const Parameter& parameter : experiment.parameters) {
    if (!columns.insert(parameter.name).second)
      fail(fmt::format("parameter '{}' is a name that every table has already", parameter.name));
    if (!parameter.fallback || parameter.derive) continue;
    const std::string why = parameter.check(*parameter.fallback);
    if (!why.empty()) fail(fmt::format("default of '{}': {}", parameter.name, why));
  }
  for (const Metric& metric : experiment.scalars) {
    if (!columns.insert(metric.name).second)
      fail(fmt::format("scalar '{}' is a name already taken", metric.name));
    if (!metric.index.empty()) fail(fmt::format("scalar '{}' has an index", metric.name));
    if (is_family(metric.name)) fail(fmt::format("scalar '{}': only series come in families", metric.name));
  }
  std::set<std::string> names;
  for (const Metric& metric : experiment.series) {
    if (!names.insert(metric.name).second) fail(fmt::format("series '{}' is declared twice", metric.name));
    if (metric.index.empty()) fail(fmt::format("series '{}' does not name its index", metric.name));
  }
  names.clear();
  for (const Metric& metric : experiment.arrays) {
    if (!names.insert(metric.name).second) fail(fmt::format("array '{}' is declared twice", metric.name));
    if (!is_path_name(metric.name)) fail(fmt::format("array '{}' cannot name a file", metric.name));
  }
  for (const Metric& metric : experiment.files) {
    const FileNames file(metric.name);
    if (!is_path_name(file.folder) || !is_path_name(file.extension) || is_reserved_folder(file.folder))
      fail(fmt::format(
          "file '{}': expected folder.extension or folder.S.extension, as in weights.S.safetensors",
          metric.name));
    if (!names.insert(metric.name).second) fail(fmt::format("file '{}' is declared twice", metric.name));
  }
  const auto check_pair = [&](const char* what, const std::string& metric, const std::string& beside) {
    const auto is_scalar = [&](const std::string& name) {
      if (experiment.scalar_metric(name)) return true;
      if (!experiment.series_metric(name))
        fail(fmt::format("{} of an unknown scalar or series '{}'", what, name));
      return false;
    };
    if (is_scalar(metric) != is_scalar(beside))
      fail(fmt::format("{}: '{}' and '{}' must both be scalars or both series", what, beside, metric));
  };
  for (const Overlay& overlay : experiment.overlays) check_pair("overlay", overlay.metric, overlay.theory);
  for (const BaselineOverlay& each : experiment.baselines) {
    check_pair("baseline", each.metric, each.baseline);
    if (!each.floor.empty()) check_pair("baseline", each.metric, each.floor);
    if (each.label.empty()) fail(fmt::format("baseline: '{}' has no label", each.baseline));
  }
}

// What is declared and what was made of it.
struct Known {
  struct Declared {
    Experiment (*make)();
    std::optional<FileIdentity> plugin;
    Experiment* made = nullptr;
  };

  std::mutex mutex;
  std::deque<Experiment> all;
  std::vector<Declared> declared;
  std::size_t additions = 0;  // to registries, when parameters were made

  const Experiment* find(std::string_view name) const {
    for (const Experiment& experiment : all)
      if (experiment.name == name) return &experiment;
    return nullptr;
  }
  Experiment& add(Experiment experiment) {
    if (find(experiment.name))
      throw Error(fmt::format("an experiment '{}' is registered already", experiment.name));
    check_declaration(experiment);
    return all.emplace_back(std::move(experiment));
  }
};

// A function's static, since experiments declare themselves before main in any order.
Known& known() {
  static Known known;
  return known;
}

Experiment with_seed(Experiment experiment) {
  experiment.parameters.add(integer("seed", 0, "selects the random numbers").range(0, 0x1p53));
  return experiment;
}

// Everything declared, made with all that there is to choose by now.
const Known& made() {
  Known& k = known();
  const std::lock_guard lock(k.mutex);
  const std::size_t additions = AnyRegistry::additions();
  for (Known::Declared& each : k.declared) {
    if (each.made && k.additions == additions) continue;
    Experiment experiment = with_seed(each.make());
    if (each.made) {
      each.made->parameters = std::move(experiment.parameters);
    } else {
      experiment.plugin = each.plugin;
      each.made = &k.add(std::move(experiment));
    }
  }
  k.additions = additions;
  return k;
}

}  // namespace

const std::deque<Experiment>& experiments() { return made().all; }

const Experiment* find_experiment(std::string_view name) { return made().find(name); }

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const Experiment& experiment : made().all) names.push_back(experiment.name);
  std::sort(names.begin(), names.end());
  return names;
}

const Experiment& register_experiment(Experiment experiment) {
  Known& k = known();
  const std::lock_guard lock(k.mutex);
  return k.add(with_seed(std::move(experiment)));
}

void declare_experiment(Experiment (*make)(), std::optional<FileIdentity> plugin) {
  Known& k = known();
  const std::lock_guard lock(k.mutex);
  k.declared.push_back({make, std::move(plugin)});
}

const Experiment& keep_unlisted(Experiment experiment) {
  static std::mutex mutex;
  static std::deque<Experiment> all;
  Experiment made = with_seed(std::move(experiment));
  check_declaration(made);
  const std::lock_guard lock(mutex);
  return all.emplace_back(std::move(made));
}

}  // namespace qklab
