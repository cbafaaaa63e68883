#include "core/config/axis_form.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace qklab {

namespace {

using Kind = AxisForm::Kind;

const std::vector<std::string> forms = {"values", "range", "linspace", "logspace", "random"};
const std::vector<std::string> random_forms = {"uniform", "loguniform", "normal", "choice"};
constexpr Kind random_kinds[] = {Kind::uniform, Kind::loguniform, Kind::normal, Kind::choice};

// Reads the axis of one parameter; `name` begins every message.
class FormReader {
 public:
  FormReader(const std::string& name, const YamlFile& file, Diagnostics& diagnostics)
      : name_(name), file_(file), diagnostics_(diagnostics) {}

  std::optional<AxisForm> read(const YAML::Node& node) {
    if (!node.IsMap()) return list(Kind::values, node);
    if (node.size() != 1) {
      error(node, fmt::format("expected one of {} as the only key", fmt::join(forms, ", ")));
      return std::nullopt;
    }
    const YAML::Node key = node.begin()->first, value = node.begin()->second;
    if (!key.IsScalar()) return std::nullopt;  // parse_yaml has reported it
    if (key.Scalar() == "random") return random(value);
    if (const auto kind = axis_form_named(key.Scalar())) return list(*kind, value);
    error(key, fmt::format("unknown form '{}'{}; there are {}", key.Scalar(),
                           did_you_mean(key.Scalar(), forms), fmt::join(forms, ", ")));
    return std::nullopt;
  }

 private:
  void error(const YAML::Node& node, std::string_view message) {
    diagnostics_.error(place_of(node, file_), fmt::format("'{}': {}", name_, message));
  }

  std::optional<AxisItem> item(const YAML::Node& node) {
    if (node.IsScalar()) return AxisItem{node.Scalar(), node.Tag() == "!", place_of(node, file_)};
    error(node, node.IsNull() ? "expected a value, got nothing" : "expected a value, got a list or a map");
    return std::nullopt;
  }

  std::optional<AxisForm> list(Kind kind, const YAML::Node& node) {
    AxisForm form{.kind = kind, .items = {}, .count = {}, .seed = {}, .place = place_of(node, file_)};
    bool good = true;
    const auto add = [&](const YAML::Node& value) {
      const auto read = item(value);
      if (read)
        form.items.push_back(*read);
      else
        good = false;
    };
    if (node.IsSequence()) {
      for (const YAML::Node& value : node) add(value);
    } else {
      add(node);
    }
    return good ? std::optional(form) : std::nullopt;
  }

  std::optional<AxisForm> random(const YAML::Node& node) {
    MapReader map(node, file_, diagnostics_, fmt::format("'{}': random", name_));
    if (!node.IsMap()) return std::nullopt;
    std::optional<AxisForm> form;
    int given = 0;
    for (std::size_t i = 0; i < random_forms.size(); ++i) {
      if (!map.has(random_forms[i])) continue;
      ++given;
      form = list(random_kinds[i], map.node(random_forms[i]));
    }
    const bool counted = map.has("n"), seeded = map.has("seed");
    map.finish();
    if (given != 1) error(node, fmt::format("random: give one of {}", fmt::join(random_forms, ", ")));
    if (!counted) error(node, "random: 'n', the number of draws, is missing");
    const auto count = counted ? item(map.node("n")) : std::nullopt;
    const auto seed = seeded ? item(map.node("seed")) : AxisItem{"0", false, place_of(node, file_)};
    if (given != 1 || !form || !count || !seed) return std::nullopt;
    form->count = *count;
    form->seed = *seed;
    return form;
  }

  const std::string& name_;
  const YamlFile& file_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<Kind> axis_form_named(std::string_view name) {
  if (name == "values") return Kind::values;
  if (name == "range") return Kind::range;
  if (name == "linspace") return Kind::linspace;
  if (name == "logspace") return Kind::logspace;
  return std::nullopt;
}

std::vector<std::string> axis_form_names() { return forms; }
std::vector<std::string> random_form_names() { return random_forms; }

std::optional<Kind> random_form_named(std::string_view name) {
  const auto found = std::ranges::find(random_forms, name);
  if (found == random_forms.end()) return std::nullopt;
  return random_kinds[found - random_forms.begin()];
}

std::optional<AxisForm> read_axis_form(const YAML::Node& node, const std::string& name, const YamlFile& file,
                                       Diagnostics& diagnostics) {
  return FormReader(name, file, diagnostics).read(node);
}

}  // namespace qklab
