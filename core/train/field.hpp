// Fields of a training's description: parameters that set one member of it.
#pragma once

#include <type_traits>
#include <utility>

#include "core/train/description.hpp"

namespace qklab::train {

template <class M> void assign(M& to, const Parameters& p, const std::string& name) {
  if constexpr (std::is_same_v<M, bool>) {
    to = p.flag(name);
  } else if constexpr (std::is_integral_v<M>) {
    to = static_cast<M>(p.integer(name));
  } else if constexpr (std::is_floating_point_v<M>) {
    to = p.real(name);
  } else {
    to = p.text(name);
  }
}
template <class E> void assign(Choice<E>& to, const Parameters& p, const std::string& name) {
  to = chosen<E>(p, name);
}

template <class M> nlohmann::ordered_json json_of(const M& value) { return value; }
template <class E> nlohmann::ordered_json json_of(const Choice<E>& value) { return value.name(); }

// A parameter that sets one member; access(training) yields a reference to it.
template <class Access>
Field field(Parameter parameter, std::string section, std::string written, Access access) {
  const std::string name = parameter.name;
  return {std::move(parameter), std::move(section), std::move(written),
          [access, name](Training& t, const Parameters& p) { assign(access(t), p, name); },
          [access](const Training& t) { return json_of(access(t)); }};
}

// The same of a closed choice.
template <class E, std::size_t n, class Access>
Field field(const std::array<Named<E>, n>& names, std::string name, std::string fallback, std::string doc,
            std::string section, std::string written, Access access) {
  return {choice(name, std::move(fallback), names_of(names), std::move(doc)), std::move(section),
          std::move(written),
          [=](Training& t, const Parameters& p) { access(t) = value_of(names, p.text(name)); },
          [=](const Training& t) { return nlohmann::ordered_json(name_of(names, access(t))); }};
}

// What is written and follows from others.
template <class Write> Field derived(std::string section, std::string written, Write write) {
  return {{}, std::move(section), std::move(written), {}, [write](const Training& t) {
            return nlohmann::ordered_json(write(t));
          }};
}

// What models, losses and optimizers that are trained elsewhere have besides; all of it came later.
std::vector<Field> variant_fields();

}  // namespace qklab::train
