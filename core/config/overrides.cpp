#include "core/config/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "core/config/axis_form.hpp"
#include "core/config/config.hpp"
#include "core/strategies/search.hpp"
#include "core/system/path_name.hpp"
#include "core/text/text_check.hpp"

namespace qklab {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

struct BadQuote {
  std::string message;
};

// Removes the quoted text at the beginning of `text` and returns it. As in YAML, \" and \\ between double
// quotes stand for the character after the backslash, and '' between single quotes stands for one quote.
std::string take_quoted(std::string_view& text) {
  const char quote = text[0];
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (quote == '"' && text[i] == '\\' && (next == '"' || next == '\\')) {
      out += text[++i];
    } else if (quote == '\'' && text[i] == quote && next == quote) {
      out += text[++i];
    } else if (text[i] == quote) {
      text.remove_prefix(i + 1);
      return out;
    } else {
      out += text[i];
    }
  }
  throw BadQuote{fmt::format("a quote ({}) is not closed", quote)};
}

// Removes and returns the text up to the next comma. A backslash before a comma makes it part of the text.
std::string take_bare(std::string_view& text) {
  std::string out;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != ','; ++i) {
    if (text.substr(i).starts_with("\\,")) ++i;
    out += text[i];
  }
  text.remove_prefix(i);
  return std::string(trimmed(out));
}

// Splits at commas outside quotes. Throws BadQuote.
std::vector<AxisItem> split(std::string_view text, const Place& place) {
  std::vector<AxisItem> items;
  for (;;) {
    text = trimmed(text);
    const bool quoted = text.starts_with('"') || text.starts_with('\'');
    std::string item = quoted ? take_quoted(text) : take_bare(text);
    items.push_back({std::move(item), quoted, place});
    text = trimmed(text);
    if (text.empty()) return items;
    if (text[0] != ',') throw BadQuote{fmt::format("'{}' stands behind a closing quote", text)};
    text.remove_prefix(1);
  }
}

// Reads random(normal(0,1),8) or random(normal(0,1),8,SEED) into `form`. False if it is not of this form.
bool parse_random(std::string_view text, AxisForm& form) {
  const auto open = text.find('('), close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
  const auto kind = random_form_named(trimmed(text.substr(0, open)));
  if (!kind) return false;
  const std::vector<AxisItem> behind = split(text.substr(close + 1), form.place);
  if (behind.size() < 2 || behind.size() > 3 || !behind[0].text.empty()) return false;
  form.kind = *kind;
  form.items = split(text.substr(open + 1, close - open - 1), form.place);
  form.count = behind[1];
  form.seed = behind.size() == 3 ? behind[2] : AxisItem{"0", false, form.place};
  return true;
}

// Reads linspace(0,1,5) and random(normal(0,1),8) as these forms, and anything else as a list of values, which may
// stand in brackets as it would in a config.
AxisForm parse_form(std::string_view text, const Place& place) {
  AxisForm form;
  form.place = place;
  if (text.size() > 2 && text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const auto open = text.find('(');
  if (open != std::string_view::npos && text.ends_with(')')) {
    if (trimmed(text.substr(0, open)) == "random" &&
        parse_random(text.substr(open + 1, text.size() - open - 2), form))
      return form;
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
  OverrideReader(const Schema& schema, const StrategyNodes& strategies, Diagnostics& diagnostics)
      : schema_(schema), diagnostics_(diagnostics), nested_(strategies) {}

  void read(const std::string& argument) {
    const Place place{fmt::format("argument '{}'", readable(argument))};
    // Invalid UTF-8 and control characters cannot be stored unchanged in run.db, tables and manifest.
    if (const auto bad = find_bad_character(argument)) return diagnostics_.error(place, bad->message);
    try {
      read(argument, place);
    } catch (const BadQuote& bad) {
      diagnostics_.error(place, bad.message);
    }
  }

  Overrides take() {
    for (const NestedOverrides::Changed& each : nested_.changed()) {
      if (result_.layer.strategies.contains(each.kind))
        diagnostics_.error(each.place, fmt::format("'{}' is given as a whole as well", each.kind));
      else
        read_settings(each.text, each.place);
    }
    return std::move(result_);
  }

 private:
  void read(const std::string& argument, const Place& place) {
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
    if (const auto section = section_of(key)) return read_section(*section, key, value, place);
    if (!schema_.find(key) && nested_.take(key, value, place, diagnostics_)) return;
    if (key == "confirm.seeds") {
      result_.layer.confirm = read_confirm(value, place, diagnostics_);
    } else if (key == "where") {
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

  // Where the key of an axis or a strategy that is written in YAML stands in a config; nothing for other keys.
  std::optional<StrategyKind::Section> section_of(std::string_view key) const {
    if (schema_.find(key)) return std::nullopt;
    if (key == "zip" || key == "grid" || key == "points") return StrategyKind::Section::sweep;
    const StrategyKind* const kind = StrategyKinds::all().find(key);
    return kind && kind->section != StrategyKind::Section::seeds ? std::optional(kind->section)
                                                                 : std::nullopt;
  }

  void read_section(StrategyKind::Section section, std::string_view key, std::string_view value,
                    const Place& place) {
    read_settings(section == StrategyKind::Section::sweep ? fmt::format("sweep: {{{}: {}}}", key, value)
                                                          : fmt::format("{}: {}", key, value),
                  place);
  }

  // Reads the text like a config that says this alone. Places within it would be no help.
  void read_settings(std::string text, const Place& place) {
    Diagnostics found;
    const YamlFile file("value", std::move(text));
    const YAML::Node root = parse_yaml(file, found);
    if (root.IsMap()) {
      MapReader map(root, file, found, "argument");
      Layer layer = read_layer(map, schema_);
      map.finish();
      if (found.empty()) take_over(std::move(layer), place);
    }
    for (const Diagnostic& each : found.all()) diagnostics_.error(place, each.message);
  }

  // The strategy was made here and is known to nobody else yet.
  static void move_to(const Place& place, const StrategyPointer& strategy) {
    if (!strategy) return;
    const auto own = std::const_pointer_cast<Strategy>(strategy);
    own->place = place;
    if (auto* const search = dynamic_cast<Search*>(own.get()))
      for (Dimension& dimension : search->space) dimension.place = place;
  }

  void take_over(Layer layer, const Place& place) {
    for (std::size_t i = 0; i < schema_.size(); ++i)
      if (layer.sets(i) && result_.layer.sets(i)) return report_again(i, place);
    for (AxisTree& tree : layer.axes) {
      move_to(place, tree.until);
      result_.layer.axes.push_back(std::move(tree));
    }
    for (auto& [kind, strategy] : layer.strategies) {
      move_to(place, strategy);
      result_.layer.strategies[kind] = std::move(strategy);
    }
    if (!layer.points) return;
    result_.layer.points = std::move(layer.points);
    result_.layer.points->place = place;
  }

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
      names.insert(names.end(), {"name", "seeds", "where", "confirm.seeds", "zip", "grid", "points"});
      for (const auto section : {StrategyKind::Section::sweep, StrategyKind::Section::config})
        std::ranges::copy(strategy_names(section), std::back_inserter(names));
      return diagnostics_.error(place,
                                fmt::format("unknown parameter '{}'{}", key, did_you_mean(key, names)));
    }
    add(*parameter, make_axis(parse_form(value, place), schema_, *parameter, diagnostics_), place);
  }

  void add(std::size_t parameter, AxisPointer axis, const Place& place) {
    if (!axis) return;
    if (result_.layer.sets(parameter)) return report_again(parameter, place);
    result_.layer.axes.push_back({.parameter = parameter, .axis = std::move(axis), .place = place});
  }

  void report_again(std::size_t parameter, const Place& place) {
    diagnostics_.error(place,
                       fmt::format("'{}' is set by another argument already", schema_[parameter].name));
  }

  const Schema& schema_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> keys_;
  NestedOverrides nested_;
  Overrides result_;
};

}  // namespace

Overrides read_overrides(const std::vector<std::string>& arguments, const Schema& schema,
                         const StrategyNodes& strategies, Diagnostics& diagnostics) {
  OverrideReader reader(schema, strategies, diagnostics);
  for (const std::string& argument : arguments) reader.read(argument);
  return reader.take();
}

}  // namespace qklab
