// The points that a search has been given by another program, as text that is stored with the results. Everything that
// reads a run directory takes them from there.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/strategies/search.hpp"

namespace qklab {

struct Proposals {
  std::string by;                   // who proposed them: "optuna 3.1.0"
  std::vector<Axis::Point> points;  // besides the config's own, in the order in which they were proposed
};

std::string text_of(const Proposals& proposals, const Search& search, const Sweep& sweep);
// Nothing if the text is empty, damaged or belongs to another search than this one.
std::optional<Proposals> read_proposals(const std::string& text, const Search& search, const Sweep& sweep);

// The point of a map from the space's parameters to values. Throws Error, or an exception of the JSON library, for what
// does not fit.
Axis::Point point_of(const nlohmann::json& values, const Search& search, const Sweep& sweep);

// The sweep with the points of its search that are known, as far as the budget goes: those of the text if they are this
// search's, and for random draws all. The same sweep if it has no search.
Sweep with_proposals(const Sweep& sweep, const std::string& text);

}  // namespace qklab
