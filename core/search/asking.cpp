#include "core/search/asking.hpp"

#include <algorithm>
#include <filesystem>

namespace qklab {

namespace {

const Search* asking_search(const Loaded& loaded) {
  const Search* const search = find_search(loaded.config.sweep);
  return search && search->asks_optuna() ? search : nullptr;
}

void adopt(Loaded& loaded, const std::string& proposals) {
  Config& config = loaded.config;
  config.source.proposals = proposals;
  config.sweep = with_proposals(config.sweep, proposals);
  for (Claim& claim : loaded.claims) claim.sweep = config.sweep;
}

// What the store keeps for this very search, otherwise "".
std::string kept_proposals(const Loaded& loaded, const Search& search, const Store& store) {
  if (!store.experiment()) return "";  // nothing has run yet
  const std::string kept = store.source().proposals;
  return read_proposals(kept, search, loaded.config.sweep) ? kept : "";
}

}  // namespace

void take_over_proposals(Loaded& loaded, const Store& store) {
  if (const Search* const search = asking_search(loaded))
    adopt(loaded, kept_proposals(loaded, *search, store));
}

void refuse_search_without_optuna(const Loaded& loaded, const std::string& directory) {
  const Search* const search = asking_search(loaded);
  if (!search) return;
  if (std::filesystem::exists(store_path(directory))) {
    const Store store(store_path(directory), Store::Mode::read);
    const auto kept = read_proposals(kept_proposals(loaded, *search, store), *search, loaded.config.sweep);
    if (kept && kept->points.size() + 1 >= search->budget) return;
  }
  Proposer{*search};
}

void Asking::add_points(Loaded& loaded, Store& store) {
  const Search* const search = asking_search(loaded);
  if (!search) return;
  const Config& config = loaded.config;
  const std::vector<SearchedPoint> points =
      searched_points(*search, config.sweep, store.load(config.sweep, {}));
  const bool finished =
      std::ranges::all_of(points, [](const SearchedPoint& point) { return point.value.has_value(); });
  // Optuna may propose a point again, which then counts once as a point that is run, but twice against the budget.
  const std::vector<Axis::Point> known = config.sweep.added_points();
  if ((!finished && !known.empty()) || known.size() + 1 >= search->budget) return;
  if (!proposer_) proposer_ = std::make_unique<Proposer>(*search);
  Proposals all{proposer_->version(), known};
  for (Axis::Point& point : proposer_->next(config.sweep, points)) all.points.push_back(std::move(point));
  adopt(loaded, text_of(all, *search, config.sweep));
  store.set_source(config.source, config.experiment->name, config.experiment->version);
}

}  // namespace qklab
