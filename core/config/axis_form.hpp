// An axis as it is written in a config or on the command line: its form and arguments, not yet evaluated.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/sweep/axes.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

struct AxisItem {
  std::string text;
  bool quoted = false;  // quoted text is never a number
  Place place;
};

struct AxisForm {
  enum class Kind { values, range, linspace, logspace, uniform, loguniform, normal, choice };

  Kind kind = Kind::values;
  std::vector<AxisItem> items;  // the list after the form's name
  AxisItem count, seed;         // for the four random forms
  Place place;
};

// "linspace" and so on; nothing for other names. The random forms are written under `random:` and are not
// found here.
std::optional<AxisForm::Kind> axis_form_named(std::string_view name);
// "normal" and the other three random forms.
std::optional<AxisForm::Kind> random_form_named(std::string_view name);

std::vector<std::string> axis_form_names();    // values, range, linspace, logspace, random
std::vector<std::string> random_form_names();  // what stands under `random:`

// Reads a scalar, a list or a map such as {linspace: [0, 1, 5]}. Reports malformed input and returns nothing.
std::optional<AxisForm> read_axis_form(const YAML::Node& node, const std::string& name, const YamlFile& file,
                                       Diagnostics& diagnostics);

// The axis that the form describes. Each value is checked against the parameter at index `i` of the schema.
// Reports each value that does not fit, and returns null.
AxisPointer make_axis(const AxisForm& form, const Schema& schema, std::size_t i, Diagnostics& diagnostics);

}  // namespace qklab
