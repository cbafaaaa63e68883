// Names of enumerators in configs and files, for choices that plugins cannot extend.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace qklab {

template <class E> struct Named {
  std::string_view name;
  E value;
};

template <class E, std::size_t n> std::vector<std::string> names_of(const std::array<Named<E>, n>& all) {
  std::vector<std::string> names;
  for (const Named<E>& each : all) names.emplace_back(each.name);
  return names;
}

// Throws Error if there is none of that name.
template <class E, std::size_t n> E value_of(const std::array<Named<E>, n>& all, std::string_view name) {
  for (const Named<E>& each : all)
    if (each.name == name) return each.value;
  throw Error("no choice is named '" + std::string(name) + "'" + did_you_mean(name, names_of(all)));
}

template <class E, std::size_t n> std::string name_of(const std::array<Named<E>, n>& all, E value) {
  for (const Named<E>& each : all)
    if (each.value == value) return std::string(each.name);
  throw Error("a value without a name");
}

}  // namespace qklab
