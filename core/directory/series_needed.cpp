#include "core/directory/series_needed.hpp"

#include <algorithm>
#include <set>

namespace qklab {
namespace {

std::vector<std::string> series_among(const std::vector<Quantity>& quantities) {
  std::vector<std::string> names;
  for (const Quantity& quantity : quantities)
    if (quantity.series) names.push_back(quantity.metric);
  return names;
}

std::vector<std::string> series_read_by(const Figure& figure) {
  std::vector<Quantity> quantities = figure.beside;
  quantities.push_back(figure.value);
  quantities.insert(quantities.end(), figure.values.begin(), figure.values.end());
  if (figure.theory) quantities.push_back(*figure.theory);
  if (figure.baseline) quantities.push_back(*figure.baseline);
  if (figure.best) quantities.push_back(figure.best->by);
  return series_among(quantities);
}

std::vector<std::string> series_read_by(const Claim& claim) {
  std::vector<Quantity> quantities = claim.beside;
  quantities.push_back(claim.metric);
  return series_among(quantities);
}

bool selects(const std::optional<Where>& where, const Parameters& params) {
  return !where || where->holds(params);
}

}  // namespace

std::vector<std::string> series_needed(const std::vector<Figure>& figures, const std::vector<Claim>& claims) {
  std::set<std::string> names;
  const auto add = [&names](const std::vector<std::string>& some) { names.insert(some.begin(), some.end()); };
  for (const Figure& figure : figures) add(series_read_by(figure));
  for (const Claim& claim : claims) add(series_read_by(claim));
  return {names.begin(), names.end()};
}

std::vector<std::string> drop_unread_series(Results& results, const std::vector<Figure>& figures,
                                            const std::vector<Claim>& claims) {
  const std::vector<Metric>& series = results.experiment->series;
  std::set<std::string> dropped;
  for (TrialRecord& trial : results.trials) {
    std::set<std::string> read;
    const auto add = [&read](const std::vector<std::string>& names) {
      read.insert(names.begin(), names.end());
    };
    for (const Figure& figure : figures)
      if (selects(figure.where, trial.params)) add(series_read_by(figure));
    for (const Claim& claim : claims) {
      if (claim.reads(trial.params)) add(series_read_by(claim));
    }
    for (std::size_t i = 0; i < series.size(); ++i) {
      if (trial.series[i].value.empty() || read.contains(series[i].name)) continue;
      trial.series[i] = {};
      dropped.insert(series[i].name);
    }
    for (auto member = trial.members.begin(); member != trial.members.end();) {
      const bool unread =
          !read.contains(member->first) && std::ranges::none_of(read, [&](const std::string& each) {
            return is_family(each) && is_member(member->first, each);
          });
      if (unread) dropped.insert(member->first);
      member = unread ? trial.members.erase(member) : std::next(member);
    }
  }
  return {dropped.begin(), dropped.end()};
}

}  // namespace qklab
