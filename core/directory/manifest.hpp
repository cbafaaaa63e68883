// manifest.json: the origin of a directory's results.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/directory/loaded.hpp"
#include "core/report/report_data.hpp"

namespace qklab {

// What a manifest keeps of figures; see Drawn.
struct FigureRecord {
  std::map<std::string, std::string> sources;  // by name; "" for one that is not as it should be
  Pictures pictures;                           // as they were drawn
};

std::string manifest_path(const std::string& directory);

// The time and threads of the call that finished a sweep.
struct Effort {
  double seconds = 0;
  std::size_t threads = 0;
};

// Without `effort` (nothing was run) the effort in the previous manifest is kept. `plugins`: the builds of a
// plugin that computed the results, the latest last.
void write_manifest(const std::string& directory, const Config& config, const Results& results,
                    const std::optional<Effort>& effort, const FileIdentities& plugins,
                    const FigureRecord& figures);

// What the figures beside the manifest were drawn from, where this build drew them; else names alone, the
// rest empty; and their pictures as they were drawn. Nothing where there is no manifest, or one whose outputs
// were being written when the run was ended; no pictures where an earlier version wrote it.
FigureRecord read_manifest_figures(const std::string& directory);

// Must be called before outputs are written: until write_manifest is called, the existing manifest does not
// count.
void begin_outputs(const std::string& directory);

// Of a reference, from the manifest of the directory that it was made from: the same but for the series that
// are left, and the pictures. Throws InputError where that has none.
void write_reference_manifest(const std::string& from, const std::string& to, const Pictures& pictures);
bool is_reference(const std::string& directory);  // whether its manifest says so

// Whether the directory's manifest was written for exactly this config by exactly this build; never true for
// a build of a tree with uncommitted changes.
bool manifest_is_current(const std::string& directory, const Config& config);

// What determines the last bits of a result: if it is equal on two machines, results are equal to the bit.
struct Machine {
  std::string compiler, blas, simd;
  bool operator==(const Machine&) const = default;
};
Machine this_machine();
std::optional<Machine> read_manifest_machine(const std::string& directory);  // none: there is no manifest

// The origin of results as the report shows it. It contains nothing that differs between equal runs of one
// build.
Provenance read_manifest_provenance(const std::string& directory);  // empty: there is no manifest

std::optional<std::string> read_manifest_experiment(const std::string& directory);  // none: not stated

// The config for which a manifest was written. Throws InputError if it cannot be read.
ConfigSource read_manifest_source(const std::string& directory);

}  // namespace qklab
