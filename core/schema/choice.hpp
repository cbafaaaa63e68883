// The choice of a registry's entry in a config: its name, with values of the entry's own parameters.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/registry.hpp"
#include "core/base/value.hpp"
#include "core/schema/schema.hpp"

namespace qklab {

using Settings = std::map<std::string, Value, std::less<>>;

// The entry is looked up whenever it is used, so that a choice can be made before the entry is added.
template <class E> class Choice {
 public:
  Choice(const char* name) : name_(name) {}
  Choice(std::string name, Settings settings = {}) : name_(std::move(name)), settings_(std::move(settings)) {}

  const std::string& name() const { return name_; }
  const Settings& settings() const { return settings_; }
  // The entry; throws InputError with the nearest name if there is none.
  const E& operator*() const { return Registry<E>::all().at(name_); }
  const E* operator->() const { return &**this; }
  friend bool operator==(const Choice& a, std::string_view name) { return a.name_ == name; }

  // A value of the entry's own parameters: as set, or its default. Throws Error if the entry has no parameter
  // of that name and type.
  double real(std::string_view parameter) const { return get<double>(parameter); }
  std::int64_t integer(std::string_view parameter) const { return get<std::int64_t>(parameter); }
  bool flag(std::string_view parameter) const { return get<bool>(parameter); }
  std::string text(std::string_view parameter) const { return get<std::string>(parameter); }

 private:
  template <class T> T get(std::string_view parameter) const {
    const auto set = settings_.find(parameter);
    const Value value = set != settings_.end() ? set->second : fallback(parameter);
    if (const T* of_type = std::get_if<T>(&value)) return *of_type;
    throw Error(
        fmt::format("{} '{}': parameter '{}' is of another type", Registry<E>::kind(), name_, parameter));
  }
  Value fallback(std::string_view parameter) const {
    for (const Parameter& own : (**this).parameters)
      if (own.name == parameter && own.fallback) return *own.fallback;
    throw Error(fmt::format("{} '{}' has no parameter '{}'", Registry<E>::kind(), name_, parameter));
  }

  std::string name_;
  Settings settings_;
};

// A parameter called `name` that chooses an entry.
template <class E> Parameter choice_of(std::string name, std::string fallback, std::string doc) {
  return choice(std::move(name), std::move(fallback), Registry<E>::all().names(), std::move(doc));
}

// Adds the own parameters of all entries of a kind. Each has a constant default, and trials with that default
// keep their ids, whether or not the entry is there.
template <class E> void add_own_parameters(Schema& schema) {
  for (const E* entry : Registry<E>::all().entries())
    for (Parameter own : entry->parameters) schema.add(own.added_later());
}

// The entry chosen by the parameter `name`, with its own parameters.
template <class E> Choice<E> chosen(const Parameters& p, std::string_view name) {
  const E& entry = Registry<E>::all().at(p.text(name));
  Settings settings;
  for (const Parameter& own : entry.parameters) {
    const auto place = p.schema().find(own.name);
    if (place) settings[own.name] = p[*place];
  }
  return Choice<E>(entry.name, std::move(settings));
}

}  // namespace qklab
