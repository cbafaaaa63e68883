#include "core/schema/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/base/flag.hpp"
#include "core/text/decimal.hpp"

namespace qklab {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return "an integer";
    case Type::real:
      return "a number";
    case Type::text:
      return "text";
  }
  return "";
}

Parameter& Parameter::range(double from, double to) {
  low = from;
  high = to;
  open_low = false;
  return *this;
}

Parameter& Parameter::above(double bound) {
  low = bound;
  open_low = true;
  return *this;
}

Parameter& Parameter::at_least(double bound) {
  low = bound;
  open_low = false;
  return *this;
}

Parameter& Parameter::in(std::string unit_name) {
  unit = std::move(unit_name);
  return *this;
}

Parameter& Parameter::derived(std::string as, std::function<Value(const Parameters&)> from) {
  derived_as = std::move(as);
  derive = std::move(from);
  return *this;
}

Parameter& Parameter::nonfinite_allowed() {
  allow_nonfinite = true;
  return *this;
}

Parameter& Parameter::added_later() {
  is_added_later = true;
  return *this;
}

Parameter& Parameter::aside() {
  is_aside = true;
  return added_later();
}

Parameter& Parameter::file(std::function<bool(const Parameters&)> where) {
  is_file = true;
  read_where = std::move(where);
  return *this;
}

Parameter& Parameter::content(std::vector<std::string> others,
                              std::function<std::string(const Parameters&)> problem) {
  content_of = std::move(others);
  content_problem = std::move(problem);
  return *this;
}

bool Parameter::names_file_of(const Parameters& params) const {
  return is_file && !params.text(name).empty() && (!read_where || read_where(params));
}

namespace {

// "an integer in [1, 8192]", "a number above 0", "a number"
std::string expected_number(const Parameter& parameter) {
  const std::string_view kind = name_of(parameter.type);
  const bool low = parameter.low > -std::numeric_limits<double>::infinity();
  const bool high = parameter.high < std::numeric_limits<double>::infinity();
  const std::string from = shortest(parameter.low), to = shortest(parameter.high);
  if (low && high) return fmt::format("{} in {}{}, {}]", kind, parameter.open_low ? '(' : '[', from, to);
  if (low) return fmt::format("{} {} {}", kind, parameter.open_low ? "above" : "of at least", from);
  if (high) return fmt::format("{} of at most {}", kind, to);
  return std::string(kind);
}

}  // namespace

std::string Parameter::check(const Value& value) const {
  if (type == Type::text) {
    const auto& word = std::get<std::string>(value);
    if (choices.empty() || std::find(choices.begin(), choices.end(), word) != choices.end()) return "";
    return fmt::format("expected one of {}, got '{}'{}", fmt::join(choices, ", "), word,
                       did_you_mean(word, choices));
  }
  if (type == Type::boolean) return "";
  if (type == Type::integer) {
    // Integers are compared as integers: as doubles, 2^53 + 1 equals 2^53.
    constexpr auto most = static_cast<std::int64_t>(exact_integers);
    const std::int64_t whole = std::get<std::int64_t>(value);
    if (whole < -most || whole > most) {
      const bool told = low >= -exact_integers && high <= exact_integers;
      return fmt::format("expected {}{}, got {}", expected_number(*this),
                         told ? "" : " of at most 2^53 in magnitude", whole);
    }
  }
  const double number =
      type == Type::integer ? static_cast<double>(std::get<std::int64_t>(value)) : std::get<double>(value);
  if (!std::isfinite(number) && allow_nonfinite) return "";
  const bool above_low = open_low ? number > low : number >= low;
  if (std::isfinite(number) && above_low && number <= high) return "";
  return fmt::format("expected {}, got {}", expected_number(*this), to_text(value));
}

std::optional<Value> Parameter::convert(std::string_view text, std::string& why) const {
  std::optional<Value> value;
  switch (type) {
    case Type::text:
      value = std::string(text);
      break;
    case Type::boolean:
      if (const auto flag = parse_flag(text)) value = *flag;
      break;
    case Type::integer:
      if (const auto integer = parse_whole(text)) value = *integer;
      break;
    case Type::real:
      // Adding zero turns -0 into 0, so that both are one value.
      if (const auto number = parse_real(text)) value = *number + 0.0;
      break;
  }
  if (!value) {
    const std::string expected = type == Type::boolean ? std::string(name_of(type)) : expected_number(*this);
    why = fmt::format("expected {}, got '{}'", expected, text);
    return std::nullopt;
  }
  why = check(*value);
  if (!why.empty()) return std::nullopt;
  return value;
}

std::string Parameter::default_text() const {
  if (derive) return derived_as;
  return fallback ? to_text(*fallback) : "required";
}

namespace {

Parameter declare(std::string name, Type type, std::string doc) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.type = type;
  parameter.doc = std::move(doc);
  return parameter;
}

Parameter declare(std::string name, Type type, std::string doc, Value fallback) {
  Parameter parameter = declare(std::move(name), type, std::move(doc));
  parameter.fallback = std::move(fallback);
  return parameter;
}

}  // namespace

Parameter real(std::string name, double fallback, std::string doc) {
  return declare(std::move(name), Type::real, std::move(doc), fallback);
}
Parameter real(std::string name, std::string doc) {
  return declare(std::move(name), Type::real, std::move(doc));
}
Parameter integer(std::string name, std::int64_t fallback, std::string doc) {
  return declare(std::move(name), Type::integer, std::move(doc), fallback);
}
Parameter integer(std::string name, std::string doc) {
  return declare(std::move(name), Type::integer, std::move(doc));
}
Parameter boolean(std::string name, bool fallback, std::string doc) {
  return declare(std::move(name), Type::boolean, std::move(doc), fallback);
}
Parameter text(std::string name, std::string fallback, std::string doc) {
  return declare(std::move(name), Type::text, std::move(doc), std::move(fallback));
}
Parameter choice(std::string name, std::string fallback, std::vector<std::string> choices, std::string doc) {
  Parameter parameter = text(std::move(name), std::move(fallback), std::move(doc));
  parameter.choices = std::move(choices);
  return parameter;
}

namespace {

// Accepts identifiers joined by dots, so that `where` can name every parameter.
bool is_parameter_name(std::string_view name) {
  bool start = true;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (start ? !(std::isalpha(u) || c == '_') : !(std::isalnum(u) || c == '_' || c == '.')) return false;
    start = c == '.';
  }
  return !start;
}

bool nests_in(std::string_view inner, std::string_view outer) {
  return inner.size() > outer.size() && inner.starts_with(outer) && inner[outer.size()] == '.';
}

}  // namespace

Schema::Schema(std::initializer_list<Parameter> parameters) {
  for (const Parameter& parameter : parameters) add(parameter);
}

void Schema::add(Parameter parameter) {
  const std::string& name = parameter.name;
  if (!is_parameter_name(name)) throw Error(fmt::format("'{}' is no name for a parameter", name));
  for (const std::string_view word : {"and", "or", "not", "true", "false", "zip", "grid"})
    if (name == word) throw Error(fmt::format("'{}' has a meaning in configs: rename the parameter", name));
  for (const Parameter& other : parameters_) {
    if (other.name == name) throw Error(fmt::format("parameter '{}' is declared twice", name));
    if (nests_in(name, other.name) || nests_in(other.name, name))
      throw Error(fmt::format("parameters '{}' and '{}': one cannot nest in the other", other.name, name));
  }
  if (parameter.is_added_later && (parameter.derive || !parameter.fallback))
    throw Error(fmt::format("parameter '{}' was added later: its default must be a constant", name));
  if (parameter.is_file && parameter.type != Type::text)
    throw Error(fmt::format("parameter '{}' names a file: it must be text", name));
  if (parameter.content_problem && !parameter.is_file)
    throw Error(fmt::format("parameter '{}' names no file whose content could be looked at", name));
  parameters_.push_back(std::move(parameter));
}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].name == name) return i;
  return std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters_) names.push_back(parameter.name);
  return names;
}

const Value& Parameters::at(std::string_view name) const {
  const auto i = schema_ ? schema_->find(name) : std::nullopt;
  if (!i) throw Error(fmt::format("the experiment declares no parameter '{}'", name));
  return values_[*i];
}

namespace {

template <class T> const T& get(const Value& value, std::string_view name, Type type) {
  if (const T* typed = std::get_if<T>(&value)) return *typed;
  throw Error(fmt::format("parameter '{}' is not {}", name, name_of(type)));
}

}  // namespace

double Parameters::real(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return get<double>(value, name, Type::real);
}

std::int64_t Parameters::integer(std::string_view name) const {
  return get<std::int64_t>(at(name), name, Type::integer);
}

std::size_t Parameters::count(std::string_view name) const {
  const std::int64_t value = integer(name);
  if (value < 0) throw Error(fmt::format("parameter '{}' is {}, which is no count", name, value));
  return static_cast<std::size_t>(value);
}

bool Parameters::flag(std::string_view name) const { return get<bool>(at(name), name, Type::boolean); }

const std::string& Parameters::text(std::string_view name) const {
  return get<std::string>(at(name), name, Type::text);
}

std::string Parameters::str() const {
  std::string out;
  for (std::size_t i = 0; i < values_.size(); ++i)
    out += fmt::format("{}{}={}", i == 0 ? "" : " ", (*schema_)[i].name, to_text(values_[i]));
  return out;
}

}  // namespace qklab
