// Points that are added to a sweep's grid one by one, as a search by another program does.
#pragma once

#include <vector>

#include "core/sweep/sweep.hpp"
#include "core/yaml/yaml.hpp"

namespace qklab {

// What is written under `points:`. All points set the same parameters.
struct AddedPoints {
  std::vector<Axis::Point> points;
  Place place;
};

// Reads a list of maps from parameters to one value each; init: {mean: 0} and init.mean: 0 are the same.
// Reports each fault, and leaves faulty points out.
AddedPoints read_points(const YAML::Node& node, const Schema& schema, const YamlFile& file,
                        Diagnostics& diagnostics);

// Reports what points of this sweep lack: they must set every parameter that an axis varies, except the seed,
// and no strategy may add points of its own.
void check_points(const AddedPoints& added, const Sweep& sweep, Diagnostics& diagnostics);

}  // namespace qklab
