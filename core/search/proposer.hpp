// Asks Optuna for the next points of a search.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/strategies/proposals.hpp"

namespace qklab {

class Dialog;

// A Python process with Optuna's sampler, which is asked line by line.
class Proposer {
 public:
  // Starts `python3`, or where that has no Optuna the system's. Throws InputError, which names the package, if Optuna or
  // what the sampler needs is missing.
  explicit Proposer(const Search& search);
  ~Proposer();

  const std::string& version() const { return version_; }  // "optuna 3.1.0"
  // The next points after those of the sweep, all of which are finished: as many as make up the batch, within the
  // budget. They follow from the points and their values, the search and the version alone. Throws Error.
  std::vector<Axis::Point> next(const Sweep& sweep, const std::vector<SearchedPoint>& earlier);

 private:
  const Search& search_;
  std::unique_ptr<Dialog> dialog_;
  std::string version_;
};

}  // namespace qklab
