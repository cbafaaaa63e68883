#include "core/trial/family.hpp"

#include <algorithm>

namespace qklab {

namespace {

// Removes the first part of a dotted name and returns it.
std::string_view next_part(std::string_view& name) {
  const std::size_t dot = name.find('.');
  const std::string_view part = name.substr(0, dot);
  name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  return part;
}

bool is_placeholder(std::string_view part) { return part.size() == 1 && part[0] >= 'A' && part[0] <= 'Z'; }

bool is_number(std::string_view part) {
  const bool digits = std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  return !part.empty() && digits && (part == "0" || part[0] != '0');
}

}  // namespace

bool is_family(std::string_view name) {
  while (!name.empty())
    if (is_placeholder(next_part(name))) return true;
  return false;
}

bool is_member(std::string_view name, std::string_view family) {
  if (std::count(name.begin(), name.end(), '.') != std::count(family.begin(), family.end(), '.'))
    return false;
  bool any = false;
  while (!family.empty()) {
    const std::string_view expected = next_part(family), part = next_part(name);
    const bool number = is_placeholder(expected);
    if (number ? !is_number(part) : part != expected) return false;
    any = any || number;
  }
  return any && name.empty();
}

std::string example_of(std::string_view family) {
  std::string name;
  while (!family.empty()) {
    const std::string_view part = next_part(family);
    if (!name.empty()) name += '.';
    name += is_placeholder(part) ? std::string_view("0") : part;
  }
  return name;
}

bool MemberLess::operator()(std::string_view a, std::string_view b) const {
  while (!a.empty() && !b.empty()) {
    const std::string_view x = next_part(a), y = next_part(b);
    if (x == y) continue;
    if (is_number(x) && is_number(y) && x.size() != y.size()) return x.size() < y.size();
    return x < y;
  }
  return a.empty() && !b.empty();
}

}  // namespace qklab
