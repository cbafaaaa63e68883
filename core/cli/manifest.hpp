// manifest.json: where a directory's results came from.
#pragma once

#include <optional>
#include <string>

#include "core/cli/loaded.hpp"
#include "core/report/report_data.hpp"

namespace qklab {

std::string manifest_path(const std::string& directory);

// `seconds` and `threads` are of the call that finished the sweep.
void write_manifest(const std::string& directory, const Config& config, const Results& results,
                    double seconds, std::size_t threads);

// Whether the directory's manifest was written for this very config by this very build; never true for a
// build of a tree with uncommitted changes.
bool manifest_is_current(const std::string& directory, const Config& config);

// What decides the last bits of a result: equal on two machines, results are equal to the bit.
struct Machine {
  std::string compiler, blas, simd;
  bool operator==(const Machine&) const = default;
};
Machine this_machine();
std::optional<Machine> read_manifest_machine(const std::string& directory);  // none: no manifest is there

// What a report says of where results come from: nothing that differs between equal runs of one build.
Provenance read_manifest_provenance(const std::string& directory);  // empty: no manifest is there

// The config that a manifest was written for. Throws InputError where it cannot be read.
ConfigSource read_manifest_source(const std::string& directory);

}  // namespace qklab
