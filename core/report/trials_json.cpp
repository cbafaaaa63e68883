#include "core/report/trials_json.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/text/json_numbers.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

const char* kind_of(Type type) {
  switch (type) {
    case Type::boolean:
      return "truth";
    case Type::text:
      return "text";
    case Type::integer:
    case Type::real:
      break;
  }
  return "number";
}

// Adds the values of all trials to a column: different ones in `values`, and in `codes` which of these each trial has;
// no codes where all trials have the same value. A column of numbers that hardly repeat is shorter without: `values`
// then has one for each trial.
template <class T, class Write>
void put_values(Json& column, const std::vector<T>& all, bool may_be_plain, const Write& write) {
  std::unordered_map<T, std::size_t> places;
  std::vector<std::size_t> codes;
  Json different = Json::array();
  for (const T& each : all) {
    const auto [place, is_new] = places.try_emplace(each, different.size());
    if (is_new) different.push_back(write(each));
    codes.push_back(place->second);
  }
  if (may_be_plain && 2 * different.size() > all.size()) {
    different.clear();
    for (const T& each : all) different.push_back(write(each));
  } else if (different.size() > 1) {
    column["codes"] = codes;
  }
  column["values"] = std::move(different);
}

Json parameter_column(const Results& results, std::size_t i, std::size_t count) {
  const Parameter& parameter = results.experiment->parameters[i];
  std::vector<Value> all;
  for (std::size_t k = 0; k < count; ++k) all.push_back(results.trials[k].params[i]);
  Json column = {{"name", parameter.name},
                 {"doc", parameter.doc},
                 {"unit", parameter.unit},
                 {"kind", kind_of(parameter.type)}};
  put_values(column, all, false, json_value);
  return column;
}

Json scalar_column(const Results& results, std::size_t i, std::size_t count) {
  const Metric& metric = results.experiment->scalars[i];
  std::vector<std::uint64_t> all;  // bit by bit, for NaN to be equal to itself
  for (std::size_t k = 0; k < count; ++k)
    all.push_back(std::bit_cast<std::uint64_t>(results.trials[k].scalars[i]));
  Json column = {{"name", metric.name}, {"doc", metric.doc}, {"unit", metric.unit}};
  put_values(column, all, true, [](std::uint64_t bits) { return json_in_full(std::bit_cast<double>(bits)); });
  return column;
}

Json status_column(const Results& results, std::size_t count) {
  std::vector<int> all;
  for (std::size_t k = 0; k < count; ++k) all.push_back(static_cast<int>(results.trials[k].status));
  Json column;
  put_values(column, all, false, [](int status) { return status; });
  return column;
}

// The series that a trial has, by name.
std::vector<std::pair<std::string, const Series*>> series_with_numbers(const Results& results,
                                                                       const TrialRecord& trial) {
  std::vector<std::pair<std::string, const Series*>> found;
  for (std::size_t i = 0; i < trial.series.size(); ++i)
    if (!trial.series[i].value.empty())
      found.emplace_back(results.experiment->series[i].name, &trial.series[i]);
  for (const auto& [name, series] : trial.members)
    if (!series.value.empty()) found.emplace_back(name, &series);
  return found;
}

// Different things in the order in which they are met first, each with its place.
template <class Thing> class Listed {
 public:
  std::size_t place_of(const Thing& thing) {
    const auto [found, is_new] = places_.try_emplace(thing, order_.size());
    if (is_new) order_.push_back(&found->first);
    return found->second;
  }
  const std::vector<const Thing*>& order() const { return order_; }

 private:
  std::map<Thing, std::size_t> places_;
  std::vector<const Thing*> order_;
};

}  // namespace

Json trials_json(const Results& results, std::size_t most) {
  const Experiment& experiment = *results.experiment;
  const std::size_t count = std::min(results.trials.size(), most);
  std::string ids;
  Json parameters = Json::array(), scalars = Json::array();
  for (std::size_t k = 0; k < count; ++k) ids += trial_name(results.trials[k].id);
  for (std::size_t i = 0; i < experiment.parameters.size(); ++i)
    parameters.push_back(parameter_column(results, i, count));
  for (std::size_t i = 0; i < experiment.scalars.size(); ++i)
    scalars.push_back(scalar_column(results, i, count));
  Json json = {{"count", count},
               {"ids", ids},
               {"status", status_column(results, count)},
               {"parameters", std::move(parameters)},
               {"scalars", std::move(scalars)}};
  const bool timed = std::ranges::any_of(
      results.trials, [](const TrialRecord& trial) { return std::isfinite(trial.seconds); });
  for (std::size_t k = 0; timed && k < count; ++k)
    json["seconds"].push_back(json_number(results.trials[k].seconds));
  return json;
}

Json lost_groups_json(const Results& results, std::size_t most) {
  std::map<std::pair<Status, std::string>, std::vector<std::size_t>> runs;
  const std::size_t count = std::min(results.trials.size(), most);
  for (std::size_t k = 0; k < count; ++k) {
    const TrialRecord& trial = results.trials[k];
    if (trial.status == Status::done) continue;
    std::vector<std::size_t>& group = runs[{trial.status, trial.message}];
    if (!group.empty() && k == group[group.size() - 2] + group.back())
      ++group.back();
    else
      group.insert(group.end(), {k, 1});
  }
  struct Group {
    std::size_t count;
    Json json;
  };
  std::vector<Group> groups;
  for (const auto& [what, places] : runs) {
    std::size_t trials = 0;
    for (std::size_t i = 1; i < places.size(); i += 2) trials += places[i];
    groups.push_back(
        {trials,
         {{"status", name_of(what.first)}, {"message", what.second}, {"count", trials}, {"trials", places}}});
  }
  std::ranges::stable_sort(groups, std::ranges::greater{}, &Group::count);
  Json list = Json::array();
  for (Group& group : groups) list.push_back(std::move(group.json));
  return list;
}

Json series_json(const Results& results, std::size_t most) {
  Listed<std::string> names;
  Listed<std::vector<double>> indices;
  Json curves = Json::array();
  std::size_t numbers = 0;
  for (const TrialRecord& trial : results.trials) {
    Json list = Json::array();
    for (const auto& [name, series] : series_with_numbers(results, trial)) {
      numbers += series->value.size();
      list.push_back(names.place_of(name));
      list.push_back(indices.place_of(series->index));
      list.push_back(json_numbers(series->value));
    }
    if (numbers > most) break;
    curves.push_back(std::move(list));
  }
  if (numbers == 0) curves = Json::array();
  Json named = Json::array(), indexed = Json::array();
  for (const std::string* name : names.order()) named.push_back(*name);
  for (const std::vector<double>* index : indices.order()) indexed.push_back(json_numbers(*index));
  return {{"names", named}, {"indices", indexed}, {"curves", curves}};
}

}  // namespace qklab
