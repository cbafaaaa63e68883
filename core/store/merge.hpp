// Merges the shards of a sweep: many run directories become one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qklab {

struct MergeCounts {
  std::uint64_t added = 0;     // trials that the target did not have
  std::uint64_t equal = 0;     // trials that it had with the same results
  std::uint64_t replaced = 0;  // trials that had failed in one place and not in another
  std::uint64_t lost = 0;      // trials that were damaged, and left out
};

// Sources are any number of run directories, or folders of run directories. Adds the trials and arrays of
// `sources` to the run directory `target`, which may exist. Either all are added or none, and the order of
// sources does not matter. All must have the same experiment and version. If their configs or overrides
// differ, `config_of` names the directory (a source or the target) whose config the target gets. A failed
// trial is replaced by one that did not fail; any other trial with two different results is an InputError
// that names it, both places and the difference.
//
// `salvage`: damaged trials of a source are left out and counted, instead of being an error.
MergeCounts merge(const std::vector<std::string>& sources, const std::string& target,
                  const std::string& config_of = "", bool salvage = false);

}  // namespace qklab
