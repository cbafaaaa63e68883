// Stores millions of trials in as little memory as their parameters allow.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/sweep/sweep.hpp"

namespace qklab {

// A table with one column per parameter. A parameter that is the same in all trials takes no memory per
// trial, any other eight bytes (and each distinct text is stored once). All trials are of one experiment.
class TrialTable {
 public:
  void add(const TrialSpec& trial);
  TrialSpec operator[](std::size_t row) const;
  std::size_t size() const { return ids_.size(); }

 private:
  struct Column {
    std::vector<std::uint64_t> bits;  // empty while every row has the same value as the first
    std::vector<std::string> texts;
    std::unordered_map<std::string, std::uint64_t> numbers;  // by text
  };
  static std::uint64_t encode(const Value& value, Column& column);
  static Value decode(std::uint64_t bits, const Column& column, const Value& of_this_type);

  std::vector<std::uint64_t> ids_;
  Parameters first_;
  std::vector<Column> columns_;
};

}  // namespace qklab
