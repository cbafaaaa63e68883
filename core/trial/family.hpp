// Series whose number depends on the trial: one for each layer, or each head.
//
// A declared name with parts that are one capital letter stands for a family, whose members have a number in
// place of each: "entropy.L.H" declares entropy.0.0, entropy.0.1, ... A trial records the members it has,
// and figures and claims name them as any other series.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// Values along an index, which need not be evenly spaced (evaluation steps). Same length both.
struct Series {
  std::vector<double> index;
  std::vector<double> value;
};

bool is_family(std::string_view name);
bool is_member(std::string_view name, std::string_view family);  // numbers without leading zeros
std::string example_of(std::string_view family);                 // "entropy.0.0"

// By parts, numbers by size: entropy.2.0 before entropy.10.0.
struct MemberLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
using Members = std::map<std::string, Series, MemberLess>;

}  // namespace qklab
