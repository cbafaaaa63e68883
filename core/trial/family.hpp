// Families of series: their number depends on the trial, for example one for each layer or head.
//
// A declared name in which some parts are one capital letter stands for a family. Its members have a number
// in place of each letter: "entropy.L.H" declares entropy.0.0, entropy.0.1, ... A trial records the members
// that it has, and figures and claims name them like any other series.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// Values along an index, which need not be evenly spaced (evaluation steps). Both have the same length.
struct Series {
  std::vector<double> index;
  std::vector<double> value;
};

bool is_family(std::string_view name);
bool is_member(std::string_view name, std::string_view family);  // numbers without leading zeros
std::string example_of(std::string_view family);                 // "entropy.0.0"

// Compares part by part, and numbers by value: entropy.2.0 comes before entropy.10.0.
struct MemberLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
using Members = std::map<std::string, Series, MemberLess>;

}  // namespace qklab
