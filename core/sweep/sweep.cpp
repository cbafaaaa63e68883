#include "core/sweep/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/sweep/axes.hpp"
#include "core/sweep/enumeration.hpp"

namespace qklab {

std::string trial_name(std::uint64_t id) { return fmt::format("{:016x}", id); }

std::optional<std::uint64_t> parse_trial_name(std::string_view name) {
  std::uint64_t id = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, id, 16);
  if (name.size() != 16 || error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

std::uint64_t parameter_hash(std::string_view name, const Value& value) {
  return mix(hash_text(name) * 3 + hash_text(to_text(value)));
}

std::uint64_t experiment_hash(const Experiment& experiment) {
  return hash_text(fmt::format("{} version {}", experiment.name, experiment.version));
}

std::uint64_t trial_id(const Experiment& experiment, const Parameters& params) {
  std::uint64_t sum = experiment_hash(experiment);
  for (std::size_t i = 0; i < params.values().size(); ++i)
    sum += parameter_hash(params.schema()[i].name, params[i]);
  return mix(sum);
}

std::uint64_t Sweep::grid_size() const {
  std::uint64_t size = 1;
  for (const AxisPointer& axis : axes_) size = saturating_product(size, axis->size());
  return size;
}

std::vector<std::size_t> Sweep::varied() const {
  std::vector<std::size_t> varied;
  for (const AxisPointer& axis : axes_) {
    if (axis->size() == 1) continue;
    for (const std::size_t i : axis->parameters())
      if (experiment_->parameters[i].name != "seed") varied.push_back(i);
  }
  std::sort(varied.begin(), varied.end());
  return varied;
}

void Sweep::for_each(const std::function<bool(const TrialSpec&)>& visit) const {
  Enumeration enumeration(*experiment_, base_, axes_, place_);
  IdSet seen;
  bool any = false;
  do {
    const TrialSpec& trial = enumeration.trial();
    if (where_ && !where_->holds(trial.params)) continue;
    enumeration.check();
    if (!seen.insert(trial.id)) continue;
    any = true;
    if (!visit(trial)) return;
  } while (enumeration.next());
  if (!any)
    throw InputError(fmt::format("{}: where: '{}' leaves no trial", where_place_.str(), where_->text()));
}

std::vector<std::uint64_t> Sweep::ids() const {
  std::vector<std::uint64_t> ids;
  for_each([&ids](const TrialSpec& trial) {
    ids.push_back(trial.id);
    return true;
  });
  return ids;
}

}  // namespace qklab
