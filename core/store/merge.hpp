// Putting the shards of a sweep together: many run directories become one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qklab {

struct MergeCounts {
  std::uint64_t added = 0;     // trials that the target did not have
  std::uint64_t equal = 0;     // that it had with the very same results
  std::uint64_t replaced = 0;  // that had failed in one place and not in another
  std::uint64_t lost = 0;      // that were found damaged, and left out
};

// Sources are run directories, or folders of run directories, however many. Adds the trials and arrays of
// `sources` to the run directory `target`, which may exist. All or nothing, and the order of sources makes no
// difference to what the target then holds. All must be of one experiment and version. Where their configs or
// overrides differ, `config_of` names the directory, target included, whose config the target gets. A failed
// trial gives way to one that did not fail; any other trial with two different results is an InputError that
// names it, both places and the difference.
//
// `salvage`: what is damaged in a source is left out and counted, instead of being an error.
MergeCounts merge(const std::vector<std::string>& sources, const std::string& target,
                  const std::string& config_of = "", bool salvage = false);

}  // namespace qklab
