#include "core/train/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/system/file.hpp"
#include "core/weights/safetensors.hpp"

namespace qklab::train {

namespace {

using weights::TensorFile;
using weights::TensorInfo;

std::vector<std::uint64_t> extents_of(const autodiff::Shape& shape) {
  std::vector<std::uint64_t> extents;
  for (int i = 0; i < shape.rank(); ++i) extents.push_back(shape.extent(i));
  return extents;
}

bool has_free_rows(std::string_view name) {
  return name == "embedding.weight" || name == "position.weight" || name == "head.weight";
}

// Throws where a file is not one that model_bytes has written.
TensorFile open_model(const std::string& path) {
  TensorFile file = weights::open_tensors(find_data_file(path));
  const auto format = file.metadata().find("format");
  if (format == file.metadata().end() || format->second != model_format)
    throw InputError(fmt::format(
        "{}: is no model of this program: expected a file that `save` of training has written", path));
  return file;
}

void copy_rows(const TensorFile& file, const TensorInfo& from, std::span<float> to, std::size_t rows,
               std::size_t columns) {
  const Matrix numbers = file.block(from, 0, rows, 0, columns);
  std::ranges::transform(numbers, to.begin(), [](double x) { return static_cast<float>(x); });
}

void read_block(const TensorFile& file, const std::string& name, const autodiff::Tensor<float>& into) {
  const TensorInfo& from = file.at(name);
  const std::vector<std::uint64_t> wanted = extents_of(into.shape());
  const bool are_matrices = from.shape.size() == 2 && wanted.size() == 2;
  if (has_free_rows(name) && are_matrices && from.shape[1] == wanted[1])
    return copy_rows(file, from, into.value(), std::min(from.shape[0], wanted[0]), wanted[1]);
  if (name == "head.bias" && from.shape.size() == 1)  // an output, a row of the weight
    return copy_rows(file, from, into.value(), 1, std::min(from.shape[0], wanted[0]));
  if (from.shape != wanted)
    throw InputError(fmt::format("{}: {}: expected ({})", file.path(), from.str(), fmt::join(wanted, ", ")));
  const std::size_t columns = wanted.empty() ? 1 : wanted.back();
  copy_rows(file, from, into.value(), into.value().size() / std::max<std::size_t>(columns, 1), columns);
}

}  // namespace

std::string model_bytes(Trainer& trainer, std::size_t step) {
  std::vector<weights::NamedArray> arrays;
  for (const auto& block : trainer.tape().blocks())
    arrays.push_back({block.name, extents_of(block.tensor.shape()), block.tensor.value()});
  const nn::ModelConfig& model = trainer.config().model;
  std::map<std::string, std::string> metadata = {
      {"format", model_format},
      {"step", std::to_string(step)},
      {"norm", model.norm.name()},
      {"model", written({trainer.task().config(), trainer.config()})["model"].dump()},
  };
  if (model.positions->turn) metadata["positions"] = model.positions.name();
  if (const auto& layers = trainer.model().layers;
      !layers.empty() && layers.front().attention.layout.heads > 0) {
    metadata["heads"] = std::to_string(layers.front().attention.layout.heads);
    metadata["groups"] = std::to_string(layers.front().attention.layout.groups);
  }
  return weights::safetensors_bytes(arrays, metadata);
}

void start_from(Trainer& trainer, const std::string& path) {
  const TensorFile file = open_model(path);
  std::vector<std::string> known;
  for (const auto& block : trainer.tape().blocks()) {
    read_block(file, block.name, block.tensor);
    known.push_back(block.name);
  }
  for (const TensorInfo& each : file.tensors())
    if (std::ranges::count(known, each.name) == 0)
      throw InputError(fmt::format("{}: {}: the model has no such array", file.path(), each.str()));
  trainer.begin_here();
}

std::vector<std::string> shaping_parameters() {
  return {"dim",       "heads",          "layers",    "ffn",       "norm",    "combined",
          "attention", "gate",           "positions", "norm_kind", "qk_norm", "key_groups",
          "gated_mlp", "attention_bias", "mlp_bias",  "head_bias", "tied"};
}

std::string start_problem(const Training& training, const std::string& path) {
  try {
    const TensorFile file = open_model(path);
    const auto text = file.metadata().find("model");
    const auto then =
        nlohmann::json::parse(text == file.metadata().end() ? "" : text->second, nullptr, false);
    if (!then.is_object()) return fmt::format("{}: its metadata do not say what the model is", path);
    const nlohmann::json now = written(training)["model"], usual = written(Training())["model"];
    std::vector<std::string> decisive = shaping_parameters();
    decisive.insert(decisive.begin(), "features");
    for (const std::string& key : decisive) {
      // A file that was written before there was such a parameter is of a model that has its default.
      const nlohmann::json before = then.value(key, usual[key]);
      if (before == now[key]) continue;
      if (key == "features" && now[key] == 0) continue;  // follows from the task
      return fmt::format("{}: is a model of {} {}, not {}", path, key, before.dump(), now[key].dump());
    }
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace qklab::train
