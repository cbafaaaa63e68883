// Which layout a file has.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/weights/layouts/model_weights.hpp"

namespace qklab::weights {

namespace {

struct Candidate {
  const LayoutKind* kind;
  const Mapping* mapping;
  Found found;
};

// Layouts of the same names differ in the order of a fused array, whose long side holds queries, keys and values.
bool has_order(const TensorFile& file, const Mapping& mapping, const Found& found) {
  if (mapping.fused.empty()) return true;
  const TensorInfo& array = file.at(found.prefix + at_layer(mapping.fused, found.layers.front()));
  if (array.shape.size() != 2) return true;  // reported when it is read
  const std::uint64_t rows = array.shape[0], columns = array.shape[1];
  return mapping.is_out_in ? rows >= columns : rows <= columns;
}

std::optional<Candidate> candidate(const TensorFile& file, const LayoutKind& kind,
                                   const std::string& prefix) {
  for (const Mapping& mapping : kind.mappings) {
    auto found = find_if_there(file, mapping.first(), prefix);
    if (!found || !has_order(file, mapping, *found)) continue;
    if (!mapping.mark.empty() && !file.find(found->prefix + at_layer(mapping.mark, found->layers.front())))
      continue;
    return Candidate{&kind, &mapping, *std::move(found)};
  }
  return std::nullopt;
}

Candidate recognized(const TensorFile& file, const std::string& prefix) {
  std::vector<Candidate> all;
  std::vector<std::string> names;
  for (const LayoutKind* kind : Registry<LayoutKind>::all().entries()) {
    auto found = candidate(file, *kind, prefix);
    if (!found) continue;
    names.push_back(kind->name);
    all.push_back(*std::move(found));
  }
  if (all.size() == 1) return std::move(all.front());
  if (all.empty()) {
    throw InputError(
        fmt::format("{}: its arrays are of no layout that is known ({}): say which by layout, or describe "
                    "them by a mapping; it has {}",
                    file.path(), fmt::join(Registry<LayoutKind>::all().names(), ", "),
                    file.tensors().empty() ? "none" : listed_names(file.names())));
  }
  throw InputError(fmt::format("{}: its arrays fit several layouts: say which by layout: {}", file.path(),
                               fmt::join(names, ", ")));
}

// Of the mappings of a layout that was named, the one that fits; else the reason why the first one does not.
Candidate named(const TensorFile& file, const LayoutKind& kind, const std::string& prefix) {
  for (const Mapping& mapping : kind.mappings)
    if (auto found = find_if_there(file, mapping.first(), prefix))
      return {&kind, &mapping, *std::move(found)};
  try {
    return {&kind, &kind.mappings.front(), find_layers(file, kind.mappings.front().first(), prefix)};
  } catch (const InputError& error) {
    throw InputError(fmt::format("{} (layout {})", error.what(), kind.name));
  }
}

}  // namespace

void ModelWeights::choose(const WeightsConfig& config) {
  Found found;
  if (!config.mapping.empty()) {
    if (config.layout != any_layout)
      throw InputError("layout and mapping say the same: set only one of them");
    layout_ = config.mapping;
    mapping_ = read_mapping(config.mapping);
    found = find_layers(file_, mapping_.first(), config.prefix);
  } else {
    Candidate chosen = config.layout == any_layout
                           ? recognized(file_, config.prefix)
                           : named(file_, Registry<LayoutKind>::all().at(config.layout), config.prefix);
    kind_ = chosen.kind;
    layout_ = kind_->name;
    mapping_ = *chosen.mapping;
    found = std::move(chosen.found);
  }
  prefix_ = found.prefix;
  layers_ = std::move(found.layers);
}

HeadCounts heads_beside(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::is_directory(path) ? fs::path(path) : fs::path(path).parent_path();
  const fs::path file = folder / "config.json";
  if (!fs::is_regular_file(file)) return {};
  const auto json = nlohmann::json::parse(read_file(file.string()), nullptr, false);
  if (!json.is_object()) return {};
  const auto count = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      const auto found = json.find(key);
      if (found != json.end() && found->is_number_integer() && *found > 0 && *found < 1 << 20)
        return found->get<int>();
    }
    return 0;
  };
  return {count({"num_attention_heads", "n_head", "n_heads", "decoder_attention_heads",
                 "encoder_attention_heads"}),
          count({"num_key_value_heads", "n_kv_heads"})};
}

}  // namespace qklab::weights
