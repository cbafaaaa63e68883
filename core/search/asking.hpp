// The points of a search within a run: those that are kept are taken over, and further ones are asked for.
#pragma once

#include <memory>

#include "core/directory/loaded.hpp"
#include "core/search/proposer.hpp"

namespace qklab {

// Takes over the points that were proposed for the config's search in an earlier run, which the store keeps.
void take_over_proposals(Loaded& loaded, const Store& store);

// Throws InputError where the config's search will have to ask for points that `directory` does not keep, and cannot.
void refuse_search_without_optuna(const Loaded& loaded, const std::string& directory);

class Asking {
 public:
  // Asks for the next points where all earlier ones are finished and the budget allows more; adds them to the config and
  // to what the store keeps of it. The sweep must have grown by what is finished.
  void add_points(Loaded& loaded, Store& store);

 private:
  std::unique_ptr<Proposer> proposer_;  // once it is needed
};

}  // namespace qklab
