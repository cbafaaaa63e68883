#include "core/nn/weights/initialize.hpp"

#include <cmath>

#include "core/base/elementary.hpp"
#include "core/nn/parameters.hpp"
#include "core/nn/weights/reparametrize.hpp"
#include "core/schema/plugin.hpp"

namespace qklab::nn {
namespace {

template <class T> void fill_normal(std::span<T> x, double variance, Stream stream) {
  const double deviation = std::sqrt(variance);
  for (T& each : x) each = static_cast<T>(deviation * stream.normal());
}

// Symmetric W_QK = Q diag(l) Q^T with Q Haar: the parameters themselves, before sigma-Reparam or TAME.
template <class T>
void prescribe(const Transformer<T>& model, int layer, const Initialization& how, const Stream& stream) {
  const HeadLayout& layout = model.layers[static_cast<std::size_t>(layer)].attention.layout;
  if (layout.heads == 0) return;
  const auto weight = [&](const char* name) {
    return parameter_named(model.tape, fmt::format("blocks.{}.attn.{}.weight", layer, name)).value();
  };
  const std::span<T> query = weight(layout.combined ? "qk" : "q");
  const std::span<T> key = layout.combined ? std::span<T>() : weight("k");
  for (int h = 0; h < layout.heads; ++h) {
    const auto of_group = static_cast<std::uint64_t>(layout.heads + layout.group_of(h));
    HeadView<T>(layout, query, key, h)
        .prescribe(how.spectrum, stream.substream(static_cast<std::uint64_t>(h)), stream.substream(of_group));
  }
}

void add_initializations() {
  Registry<InitializationKind>::all().add(
      {.name = "spectrum",
       .doc = "W_QK of a prescribed eigenspectrum",
       .place = 0,
       .fill = []<class T>(const Transformer<T>& model, int layer, const Initialization& how,
                           const Stream& stream) { prescribe(model, layer, how, stream); }});
  Registry<InitializationKind>::all().add(
      {.name = "standard", .doc = "normal weights of variance 1 over their inputs", .place = 1});
}

}  // namespace

template <class T>
void draw_standard(const Transformer<T>& model, std::string_view name, Tensor<T> parameter,
                   const Initialization& how, Stream stream) {
  const ModelConfig& c = model.config;
  const double share =
      how.input_variance / (c.positions->table ? 2 : 1) / (c.embedding_scale * c.embedding_scale);
  const std::span<T> x = parameter.value();
  if (name == "embedding.weight" && c.vocabulary > 0) {
    fill_normal(x, share, stream);
  } else if (name == "position.weight") {
    fill_normal(x, how.input_variance / 2, stream);
  } else if (name == "embedding.weight") {
    fill_normal(x, share / c.features, stream);
  } else if (name.ends_with("g.bias")) {
    std::ranges::fill(x, static_cast<T>(elementary::log(static_cast<double>(c.length))));
  } else if (name.ends_with(".bias") || name.ends_with(".adapter.up.weight")) {
    std::ranges::fill(x, T{0});
  } else if (parameter.shape().rank() == 2) {
    fill_normal(x, 1.0 / parameter.shape().last(), stream);
  } else {
    std::ranges::fill(x, T{1});
  }
}

template <class T> void initialize(Transformer<T>& model, const Initialization& how, const Stream& stream) {
  const auto& blocks = model.tape.blocks();
  std::function<InitializationKind::Draw<T>> draw = draw_standard<T>;
  if (how.kind->draw) draw = how.kind->draw.template of<T>();
  for (std::size_t i = 0; i < blocks.size(); ++i)
    draw(model, blocks[i].name, blocks[i].tensor, how, stream.substream(i));
  if (const auto& fill = how.kind->fill) {
    for (int n = 0; n < model.config.layers; ++n)
      fill.template of<T>()(model, n, how, stream.substream(blocks.size() + static_cast<std::size_t>(n)));
  }
  converge_power_iteration(model);
}

template void draw_standard(const Transformer<float>&, std::string_view, Tensor<float>, const Initialization&,
                            Stream);
template void draw_standard(const Transformer<double>&, std::string_view, Tensor<double>,
                            const Initialization&, Stream);
template void initialize(Transformer<float>&, const Initialization&, const Stream&);
template void initialize(Transformer<double>&, const Initialization&, const Stream&);

QKLAB_REGISTER(add_initializations)

}  // namespace qklab::nn
