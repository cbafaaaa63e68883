// Trials by the million, in as little memory as their parameters allow.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

// A table with a column a parameter. A parameter that is the same in all trials takes no memory a trial, any
// other eight bytes (and each distinct text once). Trials are of one experiment.
class TrialTable {
 public:
  void add(const TrialSpec& trial);
  TrialSpec operator[](std::size_t row) const;
  std::size_t size() const { return ids_.size(); }

 private:
  struct Column {
    std::vector<std::uint64_t> bits;  // empty while every row has the first one's value
    std::vector<std::string> texts;
    std::unordered_map<std::string, std::uint64_t> numbers;  // of texts
  };
  static std::uint64_t encode(const Value& value, Column& column);
  static Value decode(std::uint64_t bits, const Column& column, const Value& of_this_type);

  std::vector<std::uint64_t> ids_;
  Parameters first_;
  std::vector<Column> columns_;
};

}  // namespace qklab
