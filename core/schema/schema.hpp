// The parameters that an experiment has, and one resolved set of their values.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/value.hpp"

namespace qklab {

class Parameters;

enum class Type { boolean, integer, real, text };
// The largest whole number up to which integers stay distinct as doubles: conditions, figures and exported
// tables use doubles. Larger integers are refused.
inline constexpr double exact_integers = 0x1p53;

std::string_view name_of(Type type);  // "true or false", "an integer", "a number", "text"

// One parameter. Built by the functions below and refined by chaining:
//     integer("dim", 64, "width of a token").range(1, 8192)
//     real("temperature", "divides the logits").derived("sqrt(dim)", [](const Parameters& p) { ... })
//     choice("norm", "pre", {"none", "pre", "post"}, "where layer norm stands")
struct Parameter {
  std::string name;  // dots nest: init.mean may be written init: {mean: 0} or init.mean: 0
  Type type = Type::real;
  std::string doc;
  std::string unit;
  std::optional<Value> fallback;                   // none: the parameter is required, unless derive is set
  std::string derived_as;                          // the derived default as `describe` prints it
  std::function<Value(const Parameters&)> derive;  // uses the parameters declared before this one
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;  // low itself is excluded
  bool allow_nonfinite = false;
  bool is_added_later = false;
  bool is_aside = false;
  bool is_file = false;
  std::function<bool(const Parameters&)> read_where;  // trials that read the file; empty: all that name one
  std::vector<std::string> content_of;                // parameters that decide which content a file needs
  std::function<std::string(const Parameters&)> content_problem;  // for a file; empty: any content does
  std::vector<std::string> choices;                               // for a text parameter; empty: any text

  Parameter& range(double from, double to);
  Parameter& above(double bound);     // bound excluded
  Parameter& at_least(double bound);  // bound included
  Parameter& in(std::string unit_name);
  Parameter& derived(std::string as, std::function<Value(const Parameters&)> from);
  Parameter& nonfinite_allowed();
  // Marks a parameter that was added to an experiment which had results. Its default, a constant, must leave
  // these results as they are: at its default it is not part of a trial's id, and trials.csv may lack it.
  Parameter& added_later();
  // Marks an added_later() parameter that changes nothing about what a trial computes, only what it keeps
  // besides: trials that differ in it alone draw the same random numbers.
  Parameter& aside();
  // Marks a text parameter that names a file, "" for none. `where` says which trials read the file, if not
  // all do. The file's content is then part of a trial's identity, and an unreadable file is refused
  // beforehand.
  Parameter& file(std::function<bool(const Parameters&)> where = {});
  // For a file: `problem` reads it and returns why its content is not suitable for such a trial, or "". It is
  // called before anything runs, once for each combination of values of this parameter and of `others`, the
  // parameters on which its answer depends.
  Parameter& content(std::vector<std::string> others, std::function<std::string(const Parameters&)> problem);
  bool names_file_of(const Parameters& params) const;  // whether this trial reads the file named here

  // Why `value` is not accepted ("expected a number in [0, 1], got 2"), or "" if it is. The value must have
  // the right type already, see `convert`.
  std::string check(const Value& value) const;
  // Reads `text` as this parameter's type; an integer written 1e5 or 4.0 is accepted if it is exact. On
  // failure it returns nothing and sets `why`.
  std::optional<Value> convert(std::string_view text, std::string& why) const;
  std::string default_text() const;  // "64", "sqrt(dim)" or "required"
};

Parameter real(std::string name, double fallback, std::string doc);
Parameter real(std::string name, std::string doc);
Parameter integer(std::string name, std::int64_t fallback, std::string doc);
Parameter integer(std::string name, std::string doc);
Parameter boolean(std::string name, bool fallback, std::string doc);
Parameter text(std::string name, std::string fallback, std::string doc);
Parameter choice(std::string name, std::string fallback, std::vector<std::string> choices, std::string doc);

class Schema {
 public:
  Schema() = default;
  // Throws Error for a name that is declared twice, and for added_later() without a constant default.
  Schema(std::initializer_list<Parameter> parameters);

  std::size_t size() const { return parameters_.size(); }
  const Parameter& operator[](std::size_t i) const { return parameters_[i]; }
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }
  std::optional<std::size_t> find(std::string_view name) const;
  std::vector<std::string> names() const;
  void add(Parameter parameter);

 private:
  std::vector<Parameter> parameters_;
};

// One value for each parameter of a schema, in declared order. The schema must outlive this object.
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(const Schema& schema) : schema_(&schema), values_(schema.size()) {}

  const Schema& schema() const { return *schema_; }
  const std::vector<Value>& values() const { return values_; }
  const Value& operator[](std::size_t i) const { return values_[i]; }
  void set(std::size_t i, Value value) { values_[i] = std::move(value); }

  // Values by name; throw Error if the experiment declares no such parameter of that type.
  double real(std::string_view name) const;  // integers are converted
  std::int64_t integer(std::string_view name) const;
  std::size_t count(std::string_view name) const;  // an integer, as a size
  bool flag(std::string_view name) const;
  const std::string& text(std::string_view name) const;

  std::string str() const;  // "dim=64 mean=0.5 seed=0"

 private:
  const Value& at(std::string_view name) const;

  const Schema* schema_ = nullptr;
  std::vector<Value> values_;
};

}  // namespace qklab
