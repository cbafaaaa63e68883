#include "core/run/trial_table.hpp"

#include <bit>

namespace qklab {

namespace {

// Compares bits: 0 and -0 differ, and NaN is the same as itself.
bool same(const Value& a, const Value& b) {
  const auto* x = std::get_if<double>(&a);
  const auto* y = std::get_if<double>(&b);
  return x && y ? std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*y) : a == b;
}

}  // namespace

void TrialTable::add(const TrialSpec& trial) {
  if (ids_.empty()) {
    first_ = trial.params;
    columns_.resize(first_.values().size());
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    if (column.bits.empty()) {
      if (ids_.empty() || same(trial.params[i], first_[i])) continue;
      column.bits.assign(ids_.size(), encode(first_[i], column));
    }
    column.bits.push_back(encode(trial.params[i], column));
  }
  ids_.push_back(trial.id);
}

TrialSpec TrialTable::operator[](std::size_t row) const {
  TrialSpec trial{ids_[row], first_};
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (!columns_[i].bits.empty()) trial.params.set(i, decode(columns_[i].bits[row], columns_[i], first_[i]));
  return trial;
}

std::uint64_t TrialTable::encode(const Value& value, Column& column) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<std::uint64_t>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return std::bit_cast<std::uint64_t>(*real);
  const auto [entry, added] = column.numbers.try_emplace(std::get<std::string>(value), column.texts.size());
  if (added) column.texts.push_back(entry->first);
  return entry->second;
}

Value TrialTable::decode(std::uint64_t bits, const Column& column, const Value& of_this_type) {
  if (std::holds_alternative<bool>(of_this_type)) return bits != 0;
  if (std::holds_alternative<std::int64_t>(of_this_type)) return static_cast<std::int64_t>(bits);
  if (std::holds_alternative<double>(of_this_type)) return std::bit_cast<double>(bits);
  return column.texts[bits];
}

}  // namespace qklab
