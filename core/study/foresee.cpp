#include "core/study/foresee.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/figures/plot_kind.hpp"

namespace qklab {
namespace {

using Places = std::vector<std::size_t>;  // of parameters

// What is looked for in one figure.
struct Watched {
  const Figure* figure;
  Places shown;            // on its axes, as colours and facets
  Places on_log_axes;      // of these
  std::vector<bool> open;  // parameters that vary and are not shown
  std::optional<Parameters> first;
  std::set<std::size_t> below_zero;                         // reported already
  std::unordered_map<std::uint64_t, std::uint64_t> points;  // what is shown, and all that is not, as hashes
  std::optional<std::uint64_t> mixed;                       // such a point, where trials differ
};

Watched watch(const Figure& figure, std::size_t parameters) {
  Watched watched{&figure, {}, {}, std::vector<bool>(parameters), {}, {}, {}, {}};
  for (const auto& place : {figure.x_parameter, figure.curve_parameter})
    if (place) watched.shown.push_back(*place);
  for (const std::size_t place : figure.facet_parameters) watched.shown.push_back(place);
  // Of it one value is left at each point.
  if (figure.best)
    for (const std::size_t place : figure.best->over) watched.shown.push_back(place);
  if (figure.log_x && figure.x_parameter) watched.on_log_axes.push_back(*figure.x_parameter);
  if (curves_are_log(figure) && figure.curve_parameter)
    watched.on_log_axes.push_back(*figure.curve_parameter);
  return watched;
}

bool is_shown(const Watched& watched, std::size_t place) {
  return std::find(watched.shown.begin(), watched.shown.end(), place) != watched.shown.end();
}

// Parameters at `places`, or all others but the seed.
std::uint64_t hash_of(const Parameters& params, const Watched& watched, bool shown, std::size_t seed) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < params.values().size(); ++i)
    if (i != seed && is_shown(watched, i) == shown) hash = mix(hash + hash_text(to_text(params[i])));
  return hash;
}

bool selects(const Figure& figure, const Parameters& params) {
  return !figure.where || figure.where->holds(params);
}

double number_of(const Value& value) {
  const double* real = std::get_if<double>(&value);
  return real ? *real : static_cast<double>(std::get<std::int64_t>(value));
}

void look_at_axes(Watched& watched, const Parameters& params, const Schema& schema, Foreseen& found) {
  for (const std::size_t place : watched.on_log_axes) {
    if (number_of(params[place]) > 0 || !watched.below_zero.insert(place).second) continue;
    found.errors.push_back(fmt::format(
        "{}: figure '{}': {} = {} can't stand on a log axis; leave it out with where, or log: without it",
        watched.figure->place.str(), watched.figure->name, schema[place].name, to_text(params[place])));
  }
}

// Which parameters vary within a figure at all; in most sweeps all of them are shown.
void look_at_spread(Watched& watched, const Parameters& params, std::size_t seed) {
  if (!watched.first) watched.first = params;
  if (!watched.figure->plot->averages) return;
  for (std::size_t i = 0; i < params.values().size(); ++i)
    if (i != seed && !watched.open[i] && !is_shown(watched, i))
      watched.open[i] = params[i] != (*watched.first)[i];
}

void look_at_point(Watched& watched, const Parameters& params, std::size_t seed) {
  const std::uint64_t point = hash_of(params, watched, true, seed);
  const auto [known, is_new] = watched.points.try_emplace(point, hash_of(params, watched, false, seed));
  if (!is_new && !watched.mixed && known->second != hash_of(params, watched, false, seed))
    watched.mixed = point;
}

// The first parameter that varies at the point where trials differ, as drawing would name it.
std::string what_is_averaged(const Watched& watched, const Sweep& sweep, std::size_t seed) {
  const Schema& schema = sweep.experiment().parameters;
  std::vector<std::set<Value>> values(schema.size());
  sweep.for_each([&](const TrialSpec& trial) {
    if (!selects(*watched.figure, trial.params) ||
        hash_of(trial.params, watched, true, seed) != *watched.mixed)
      return true;
    for (std::size_t i = 0; i < schema.size(); ++i)
      if (values[i].size() < 6) values[i].insert(trial.params[i]);
    return true;
  });
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i == seed || is_shown(watched, i) || values[i].size() < 2) continue;
    std::string listing;
    std::size_t listed = 0;
    for (const Value& value : values[i]) {
      if (++listed > 5) break;
      listing += (listing.empty() ? "" : ", ") + to_text(value);
    }
    return watched.figure->place.str() + ": " +
           open_parameter(*watched.figure, schema[i].name, listing + (values[i].size() > 5 ? ", ..." : ""));
  }
  return "";
}

}  // namespace

Foreseen foresee(const Sweep& sweep, const std::vector<Figure>& figures) {
  Foreseen found;
  if (figures.empty()) return found;
  const Schema& schema = sweep.experiment().parameters;
  const std::size_t seed = seed_of(schema);
  std::vector<Watched> all;
  for (const Figure& figure : figures) all.push_back(watch(figure, schema.size()));
  sweep.for_each([&](const TrialSpec& trial) {
    for (Watched& watched : all) {
      if (!selects(*watched.figure, trial.params)) continue;
      look_at_axes(watched, trial.params, schema, found);
      look_at_spread(watched, trial.params, seed);
    }
    return true;
  });
  std::vector<Watched*> to_look_at;
  for (Watched& watched : all) {
    if (!watched.first)
      found.remarks.push_back(
          fmt::format("figure '{}': no trial of this sweep is in its where ({}): it will not be drawn",
                      watched.figure->name, watched.figure->where->text()));
    if (std::find(watched.open.begin(), watched.open.end(), true) != watched.open.end())
      to_look_at.push_back(&watched);
  }
  if (to_look_at.empty()) return found;
  sweep.for_each([&](const TrialSpec& trial) {
    for (Watched* watched : to_look_at)
      if (selects(*watched->figure, trial.params)) look_at_point(*watched, trial.params, seed);
    return true;
  });
  for (const Watched* watched : to_look_at)
    if (watched->mixed) found.errors.push_back(what_is_averaged(*watched, sweep, seed));
  return found;
}

}  // namespace qklab
