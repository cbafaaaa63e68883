#include "core/sweep/enumeration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/sweep/data_files.hpp"
#include "core/sweep/telling.hpp"

namespace qklab {

namespace {

// The hashes of all points are computed once for axes up to this size: at most 8 MiB an axis.
constexpr std::uint64_t most_kept_hashes = 1u << 20;

std::uint64_t hash_of(const Schema& schema, const Axis::Point& point) {
  std::uint64_t hash = 0;
  for (const auto& [parameter, value] : point) hash += parameter_hash(schema[parameter], value);
  return hash;
}

}  // namespace

Enumeration::Enumeration(const Experiment& experiment, const Axis::Point& base,
                         const std::vector<std::shared_ptr<const Axis>>& axes, const FileIdentities& files,
                         const Place& place)
    : experiment_(&experiment),
      files_(&files),
      place_(place),
      fixed_hash_(experiment_hash(experiment)),
      trial_{0, Parameters(experiment.parameters)} {
  const Schema& schema = experiment.parameters;
  if (!files.empty()) file_parameters_ = file_parameters(schema);
  std::vector<bool> is_set(schema.size());
  for (const auto& axis : axes) {
    for (const std::size_t i : axis->parameters()) is_set[i] = true;
    wheels_.push_back({.axis = axis.get()});
  }
  Axis::Point fixed;
  for (const auto& [parameter, value] : base) {
    if (!is_set[parameter]) fixed.emplace_back(parameter, value);  // otherwise an added point sets it
    is_set[parameter] = true;
  }
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (is_set[i]) continue;
    if (schema[i].derive) {
      derived_.push_back({i, 0});
    } else if (schema[i].fallback) {
      fixed.emplace_back(i, *schema[i].fallback);
    }
  }
  for (const auto& [parameter, value] : fixed) trial_.params.set(parameter, value);
  fixed_hash_ += hash_of(schema, fixed);

  for (Wheel& wheel : wheels_) {
    const std::uint64_t size = wheel.axis->size();
    for (std::uint64_t i = 0; size <= most_kept_hashes && i < size; ++i) {
      point_.clear();
      wheel.axis->append(i, point_);
      wheel.hashes.push_back(hash_of(schema, point_));
    }
    set(wheel);
  }
}

void Enumeration::set(Wheel& wheel) {
  point_.clear();
  wheel.axis->append(wheel.position, point_);
  wheel.hash = wheel.hashes.empty() ? hash_of(experiment_->parameters, point_) : wheel.hashes[wheel.position];
  for (auto& [parameter, value] : point_) trial_.params.set(parameter, std::move(value));
}

void Enumeration::derive(Derived& derived) {
  const Parameter& parameter = experiment_->parameters[derived.parameter];
  Value value = parameter.derive(trial_.params);
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (parameter.type == Type::real && integer) value = static_cast<double>(*integer);
  if (derived.hash != 0 && value == trial_.params[derived.parameter]) return;
  derived.hash = parameter_hash(parameter, value);
  trial_.params.set(derived.parameter, std::move(value));
}

const TrialSpec& Enumeration::trial() {
  std::uint64_t sum = fixed_hash_;
  for (const Wheel& wheel : wheels_) sum += wheel.hash;
  for (Derived& derived : derived_) {
    derive(derived);
    sum += derived.hash;
  }
  for (const std::size_t i : file_parameters_)
    sum += file_hash(experiment_->parameters[i], trial_.params, *files_);
  trial_.id = mix(sum);
  return trial_;
}

void Enumeration::check() const {
  for (const Derived& derived : derived_) {
    const Parameter& parameter = experiment_->parameters[derived.parameter];
    const std::string why = parameter.check(trial_.params[derived.parameter]);
    if (!why.empty()) refuse(fmt::format("{} = {}: {}", parameter.name, parameter.derived_as, why));
  }
  if (!experiment_->check) return;
  const std::string why = experiment_->check(trial_.params);
  if (!why.empty()) refuse(why);
}

std::string Enumeration::all_but_this(const std::vector<std::size_t>& varied) const {
  std::string point;
  for (const std::size_t i : varied) {
    const Parameter& parameter = experiment_->parameters[i];
    const std::string value = to_text(trial_.params[i]);
    point += fmt::format("{}{} == {}", point.empty() ? "" : " and ", parameter.name,
                         parameter.type == Type::text ? "'" + value + "'" : value);
  }
  return fmt::format("not ({})", point);
}

void Enumeration::refuse(const std::string& why) const {
  std::vector<std::size_t> varied;
  for (const Wheel& wheel : wheels_)
    for (const std::size_t i : wheel.axis->parameters())
      if (experiment_->parameters[i].name != "seed") varied.push_back(i);
  if (varied.empty()) throw InputError(fmt::format("{}: {}", place_.str(), why));
  std::sort(varied.begin(), varied.end());
  throw InputError(fmt::format("{}: {} (at {}); 'where' leaves points out, as in where: \"{}\"", place_.str(),
                               why, parameters_text(trial_.params, varied), all_but_this(varied)));
}

bool Enumeration::next() {
  for (std::size_t i = wheels_.size(); i-- > 0;) {
    Wheel& wheel = wheels_[i];
    const bool turned = ++wheel.position == wheel.axis->size();
    if (turned) wheel.position = 0;
    set(wheel);
    if (!turned) return true;
  }
  return false;
}

}  // namespace qklab
