// manifest.json: the origin of a directory's results.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/directory/loaded.hpp"
#include "core/report/report_data.hpp"

namespace qklab {

// What a manifest records about figures; see Drawn.
struct FigureRecord {
  std::map<std::string, std::string> sources;  // by figure; "" for one that is incomplete
  Pictures pictures;                           // as they were drawn
};

std::string manifest_path(const std::string& directory);

// The time and threads of the call that finished a sweep.
struct Effort {
  double seconds = 0;
  std::size_t threads = 0;
};

// `history`: what happened to the claims, which a reference has no run.db to keep. `plugins`: the builds of a plugin that
// computed the results, the latest last. Commit, compiler, BLAS and SIMD are those of `origins`, which computed the trials,
// beside those that the previous manifest has; several are listed ("A; B"). Without `effort` (nothing was run) the effort in
// the previous manifest is kept.
void write_manifest(const std::string& directory, const Config& config, const Results& results,
                    const std::optional<Effort>& effort, const FileIdentities& plugins,
                    const std::vector<std::string>& origins, const FigureRecord& figures,
                    const History& history);

// This build on this machine, as Store::add_origin keeps it.
std::string origin_json();

// The sources of the figures beside the manifest, if this build drew them, otherwise their names with empty
// sources; and the pictures as they were drawn. Empty if there is no manifest, or if a run ended while it was
// writing the outputs. Manifests of earlier versions have no pictures.
FigureRecord read_manifest_figures(const std::string& directory);

// Must be called before outputs are written: until write_manifest is called, the existing manifest does not
// count.
void begin_outputs(const std::string& directory);

// Writes the manifest of a reference: that of the directory `from`, except for the list of series and the
// pictures. Throws InputError if `from` has no manifest.
void write_reference_manifest(const std::string& from, const std::string& to, const Pictures& pictures,
                              const History& history);
History read_manifest_history(const std::string& directory);  // empty: none is stated
bool is_reference(const std::string& directory);              // whether its manifest says so

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
