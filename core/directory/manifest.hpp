// manifest.json: where a directory's results came from.
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

// What the call that finished a sweep took.
struct Effort {
  double seconds = 0;
  std::size_t threads = 0;
};

// Without an effort, as where nothing was run, that of the manifest before stays.
// `plugins`: the builds of a plugin that computed them, the latest last.
void write_manifest(const std::string& directory, const Config& config, const Results& results,
                    const std::optional<Effort>& effort, const FileIdentities& plugins,
                    const FigureRecord& figures);

// What the figures beside the manifest were drawn from, where this build drew them; else names alone, the
// rest empty; and their pictures as they were drawn. Nothing where there is no manifest, or one whose outputs
// were being written when the run was ended; no pictures where an earlier version wrote it.
FigureRecord read_manifest_figures(const std::string& directory);

// To be called before outputs are written: until write_manifest has told of the new ones, the manifest that
// is there stands for none.
void begin_outputs(const std::string& directory);

// Of a reference, from the manifest of the directory that it was made from: the same but for the series that
// are left, and the pictures. Throws InputError where that has none.
void write_reference_manifest(const std::string& from, const std::string& to, const Pictures& pictures);
bool is_reference(const std::string& directory);  // whether its manifest says so

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

std::optional<std::string> read_manifest_experiment(const std::string& directory);  // none: it says nothing

// The config that a manifest was written for. Throws InputError where it cannot be read.
ConfigSource read_manifest_source(const std::string& directory);

}  // namespace qklab
