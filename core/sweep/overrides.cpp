#include "core/sweep/overrides.hpp"

#include <fmt/format.h>

#include <set>

#include "core/sweep/axis_form.hpp"
#include "core/sweep/config.hpp"

namespace qklab {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::vector<AxisItem> split(std::string_view text, const Place& place) {
  std::vector<AxisItem> items;
  for (;;) {
    const auto comma = text.find(',');
    items.push_back({std::string(trimmed(text.substr(0, comma))), false, place});
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

// linspace(0,1,5) as that form, anything else as a list of values.
AxisForm parse_form(std::string_view text, const Place& place) {
  AxisForm form;
  form.place = place;
  const auto open = text.find('(');
  if (open != std::string_view::npos && text.ends_with(')')) {
    if (const auto kind = axis_form_named(trimmed(text.substr(0, open)))) {
      form.kind = *kind;
      text = text.substr(open + 1, text.size() - open - 2);
    }
  }
  form.items = split(text, place);
  return form;
}

class OverrideReader {
 public:
  OverrideReader(const Schema& schema, Diagnostics& diagnostics)
      : schema_(schema), diagnostics_(diagnostics) {}

  void read(const std::string& argument) {
    const Place place{fmt::format("argument '{}'", argument)};
    const auto equals = argument.find('=');
    if (equals == std::string::npos || equals == 0)
      return diagnostics_.error(place, "expected KEY=VALUE, such as mean=0.5");
    std::string_view key = trimmed(std::string_view(argument).substr(0, equals));
    const std::string_view value = trimmed(std::string_view(argument).substr(equals + 1));
    const bool is_parameter = key.starts_with("params.") || key.starts_with("sweep.");
    if (is_parameter) key.remove_prefix(key.find('.') + 1);
    if (!keys_.emplace(key).second) return diagnostics_.error(place, fmt::format("'{}' is given twice", key));
    if (value.empty()) return diagnostics_.error(place, "the value is missing");
    if (is_parameter) return read_parameter(key, value, place);
    if (key == "name") return read_name(value, place);
    if (key == "where") {
      result_.layer.where.emplace(Where::parse(value, schema_, place, diagnostics_), place);
    } else if (key == "seeds") {
      add(*schema_.find("seed"),
          make_seeds(parse_form(value, place), value.find_first_of(",(") != value.npos, schema_,
                     diagnostics_),
          place);
    } else {
      read_parameter(key, value, place);
    }
  }

  Overrides take() { return std::move(result_); }

 private:
  void read_name(std::string_view value, const Place& place) {
    if (is_path_name(value))
      result_.name = value;
    else
      diagnostics_.error(place, path_name_rule);
  }

  void read_parameter(std::string_view key, std::string_view value, const Place& place) {
    const auto parameter = schema_.find(key);
    if (!parameter) {
      std::vector<std::string> names = schema_.names();
      names.insert(names.end(), {"name", "seeds", "where"});
      return diagnostics_.error(place,
                                fmt::format("unknown parameter '{}'{}", key, did_you_mean(key, names)));
    }
    add(*parameter, make_axis(parse_form(value, place), schema_, *parameter, diagnostics_), place);
  }

  void add(std::size_t parameter, AxisPointer axis, const Place& place) {
    if (!axis) return;
    if (result_.layer.sets(parameter))
      return diagnostics_.error(
          place, fmt::format("'{}' is set by another argument already", schema_[parameter].name));
    result_.layer.axes.push_back({.parameter = parameter, .axis = std::move(axis)});
  }

  const Schema& schema_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> keys_;
  Overrides result_;
};

}  // namespace

Overrides read_overrides(const std::vector<std::string>& arguments, const Schema& schema,
                         Diagnostics& diagnostics) {
  OverrideReader reader(schema, diagnostics);
  for (const std::string& argument : arguments) reader.read(argument);
  return reader.take();
}

}  // namespace qklab
