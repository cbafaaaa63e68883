// An entry of a registry as a config chooses it: by name, with values of the entry's own parameters.
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

// Looked up whenever it is used: a config can be written down before the entry is there.
template <class E> class Choice {
 public:
  Choice(const char* name) : name_(name) {}
  Choice(std::string name, Settings settings = {}) : name_(std::move(name)), settings_(std::move(settings)) {}

  const std::string& name() const { return name_; }
  const Settings& settings() const { return settings_; }
  // The entry; throws InputError with the nearest name where there is none.
  const E& operator*() const { return Registry<E>::all().at(name_); }
  const E* operator->() const { return &**this; }
  friend bool operator==(const Choice& a, std::string_view name) { return a.name_ == name; }

  // Of the entry's own parameters: what was set, or its default. Throws Error where it has none of that name
  // and type.
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

// The parameter `name` that chooses an entry.
template <class E> Parameter choice_of(std::string name, std::string fallback, std::string doc) {
  return choice(std::move(name), std::move(fallback), Registry<E>::all().names(), std::move(doc));
}

// Adds what entries of a kind have as parameters of their own. Each has a constant default and leaves trials
// at that default what they are, whether or not the entry is there.
template <class E> void add_own_parameters(Schema& schema) {
  for (const E* entry : Registry<E>::all().entries())
    for (Parameter own : entry->parameters) schema.add(own.later());
}

// The entry that the parameter `name` chooses.
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
