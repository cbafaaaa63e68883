#include <filesystem>

#include "core/weights/layouts/model_weights.hpp"
#include "tests/source_directory.hpp"
#include "tests/weights/support.hpp"

using namespace qklab;
using namespace qklab::test;
using weights::ModelWeights;
using weights::WeightsConfig;

namespace {

std::string golden(const std::string& name) { return source_directory() + "/tests/goldens/weights/" + name; }

std::string message_of(const WeightsConfig& config, bool fold = false) {
  try {
    const ModelWeights model(config);
    for (const int layer : model.layers())
      for (int head = 0; head < model.heads(); ++head) model.head(layer, head, fold);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// Arrays whose every number says where it is: 1000 row + column, or `begin` onwards in a vector.
PlainTensor marked(std::uint64_t rows, std::uint64_t columns) {
  PlainTensor out{{rows, columns}, {}};
  for (std::uint64_t i = 0; i < rows; ++i)
    for (std::uint64_t j = 0; j < columns; ++j) out.data.push_back(static_cast<float>(1000 * i + j));
  return out;
}
PlainTensor counted(std::uint64_t size) {
  PlainTensor out{{size}, {}};
  for (std::uint64_t i = 0; i < size; ++i) out.data.push_back(static_cast<float>(i));
  return out;
}

struct Model : TemporaryFolder {
  std::string file = path + "/model.safetensors";
  explicit Model(const PlainTensors& tensors) { write_file(file, plain_written(tensors)); }
  std::string mapping(const std::string& text) const {
    write_file(path + "/map.yaml", text);
    return path + "/map.yaml";
  }
};

}  // namespace

TEST_CASE("layouts are recognized by names and shapes") {
  const ModelWeights gpt2({.file = golden("gpt2.safetensors"), .heads = 4});
  CHECK(gpt2.layout() == "gpt2");
  CHECK(gpt2.layers() == std::vector<int>{0, 1});
  CHECK(gpt2.groups() == 4);
  CHECK(gpt2.dim() == 16);
  CHECK(gpt2.width() == 4);
  CHECK(ModelWeights({.file = golden("gpt2.npz"), .heads = 4}).layout() == "gpt2");
  const ModelWeights llama({.file = golden("llama.safetensors"), .heads = 4});
  CHECK(llama.layout() == "llama");
  CHECK(llama.groups() == 2);
  CHECK(llama.is_rotary());
  CHECK(ModelWeights({.file = golden("bert.safetensors"), .heads = 4}).layout() == "bert");
}

TEST_CASE("nanoGPT differs from GPT-2 by the order of its fused array, fairseq from LLaMA by its norm") {
  const Model nano({{"_orig_mod.transformer.h.0.attn.c_attn.weight", marked(12, 4)}});
  const ModelWeights model({.file = nano.file, .heads = 2});
  CHECK(model.layout() == "nanogpt");
  const weights::HeadWeights head = model.head(0, 1, false);
  CHECK(head.query == Matrix{{2000, 3000}, {2001, 3001}, {2002, 3002}, {2003, 3003}});
  CHECK(head.key(0, 0) == 6000);
  CHECK(head.query_bias == Vector{0, 0});
  const Model opt({{"model.decoder.layers.0.self_attn.q_proj.weight", marked(4, 4)},
                   {"model.decoder.layers.0.self_attn.k_proj.weight", marked(4, 4)},
                   {"model.decoder.layers.0.self_attn.k_proj.bias", counted(4)},
                   {"model.decoder.layers.0.self_attn_layer_norm.weight", counted(4)}});
  const ModelWeights fairseq({.file = opt.file, .heads = 2});
  CHECK(fairseq.layout() == "fairseq");
  CHECK(fairseq.head(0, 1, false).key_bias == Vector{2, 3});
  const Model torch({{"layers.0.self_attn.in_proj_weight", marked(12, 4)},
                     {"layers.0.self_attn_layer_norm.weight", counted(4)}});
  CHECK(ModelWeights({.file = torch.file, .heads = 2}).head(0, 0, false).key(3, 1) == 5003);
}

TEST_CASE("heads share the keys of their group") {
  const Model grouped({{"layers.0.self_attn.q_proj.weight", marked(8, 4)},
                       {"layers.0.self_attn.k_proj.weight", marked(4, 4)},
                       {"layers.0.input_layernorm.weight", counted(4)}});
  const ModelWeights model({.file = grouped.file, .heads = 4});
  CHECK(model.groups() == 2);
  for (int head = 0; head < 4; ++head) {
    CHECK(model.head(0, head, false).query(0, 0) == 2000 * head);
    CHECK(model.head(0, head, false).key(0, 0) == 2000 * (head / 2));
  }
}

TEST_CASE("a norm is folded into weights and biases") {
  PlainTensors tensors = {{"q.0", {{2, 2}, {1, 2, 3, 4}}},
                          {"k.0", {{2, 2}, {5, 6, 7, 8}}},
                          {"qb.0", {{2}, {0.5, 0}}},
                          {"g.0", {{2}, {10, 100}}},
                          {"s.0", {{2}, {1, -1}}}};
  const Model model(tensors);
  const std::string map = model.mapping(
      "{query: 'q.{layer}', key: 'k.{layer}', query_bias: 'qb.{layer}', norm: 'g.{layer}', norm_bias: "
      "'s.{layer}', heads: 1}");
  const weights::HeadWeights head = ModelWeights({.file = model.file, .mapping = map}).head(0, 0, true);
  CHECK(head.query == Matrix{{10, 30}, {200, 400}});     // W^T, row i times gain i
  CHECK(head.query_bias == Vector{0.5 + 1 - 2, 3 - 4});  // b + W shift
  CHECK(head.key_bias == Vector{5 - 6, 7 - 8});
}

TEST_CASE("a mapping describes any other file: fused by head, transposed, grouped") {
  // Two groups of two heads of width 1: the queries of a group's heads, its key, its value.
  const Model fused({{"x.layer3.qkv", marked(8, 3)}, {"x.layer7.qkv", marked(8, 3)}});
  const ModelWeights model(
      {.file = fused.file,
       .mapping = fused.mapping("fused: 'layer{layer}.qkv'\ninterleaved: true\nheads: 4\ngroups: 2\n")});
  CHECK(model.layers() == std::vector<int>{3, 7});
  const auto first = [&](int head) {
    const weights::HeadWeights all = model.head(7, head, false);
    return std::pair(all.query(0, 0), all.key(0, 0));
  };
  CHECK(first(0) == std::pair(0.0, 2000.0));
  CHECK(first(1) == std::pair(1000.0, 2000.0));
  CHECK(first(3) == std::pair(5000.0, 6000.0));
  const Model turned({{"l0.q", marked(3, 4)}, {"l0.k", marked(3, 2)}});
  const ModelWeights in_out(
      {.file = turned.file,
       .mapping = turned.mapping("{query: 'l{layer}.q', key: 'l{layer}.k', order: in_out, heads: 2}")});
  CHECK(in_out.groups() == 1);
  CHECK(in_out.head(0, 1, false).query == Matrix{{2, 3}, {1002, 1003}, {2002, 2003}});
}

TEST_CASE("mistakes in a mapping are told with their place") {
  const Model model({{"q.0", marked(2, 2)}, {"k.0", marked(2, 2)}});
  const auto why = [&](const std::string& text, bool fold = false) {
    const std::string map = model.mapping(text),
                      message = message_of({.file = model.file, .mapping = map}, fold);
    return message.starts_with(map) ? message.substr(map.size()) : message;
  };
  CHECK(why("{query: 'q.{layer}', key: 'k.{layer}', heads: 2}") == "");
  CHECK(contains(why("{query: 'q.{layer}', kye: 'k.{layer}'}"),
                 ":1:22: unknown key 'kye' in mapping (did you mean 'key'?)"));
  CHECK(contains(why("query: q.0\nkey: 'k.{layer}'"),
                 ":1:8: 'query': expected a name with {layer} in it, got 'q.0'"));
  CHECK(contains(why("{query: 'q.{layer}', heads: 2}"),
                 "a mapping needs either query and key, or fused, or combined"));
  CHECK(contains(why("{query: 'q.{layer}', key: 'k.{layer}', heads: 0}"),
                 "'heads': expected an integer in [1, 1048576], got 0"));
  CHECK(contains(why("{query: 'q.{layer}', key: 'k.{layer}', order: inout}"), "in_out"));
  CHECK(contains(why("{query: 'q.{layer}', key: 'k.{layer}', heads: 2}", true),
                 "has no norm before its attention"));
  CHECK(contains(why("{query: 'q.{layer}', key: 'k.{layer}'}"),
                 "does not say how many heads the model has: set heads"));
  CHECK(contains(why("{query: 'q.{layer}', key: 'k.{layer}', heads: 2, norm: 'ln.{layer}'}", true),
                 "has no array 'ln.0'"));
  CHECK(contains(message_of({.file = model.file}), "of no layout that is known"));
}

TEST_CASE("a file that does not fit is answered with the nearest name and the names that it has") {
  const Model model(
      {{"transformer.h.0.attn.c_atn.weight", marked(4, 12)}, {"transformer.wte.weight", marked(3, 4)}});
  CHECK(message_of({.file = model.file, .layout = "gpt2", .prefix = "transformer.", .heads = 2}) ==
        model.file +
            ": has no array 'transformer.h.0.attn.c_attn.weight' (did you mean "
            "'transformer.h.0.attn.c_atn.weight'?); it has "
            "transformer.h.0.attn.c_atn.weight, transformer.wte.weight (layout gpt2)");
  const std::string any = message_of({.file = model.file, .heads = 2});
  CHECK(contains(any, "are of no layout that is known (qklab, gpt2, llama, bert, nanogpt, fairseq)"));
  CHECK(contains(any, "it has transformer.h.0.attn.c_atn.weight, transformer.wte.weight"));
  CHECK(contains(message_of({.file = model.file, .layout = "gtp2"}),
                 "no layout 'gtp2' (did you mean 'gpt2'?)"));
  const Model two({{"encoder.layers.0.self_attn.q_proj.weight", marked(4, 4)},
                   {"decoder.layers.0.self_attn.q_proj.weight", marked(4, 4)}});
  CHECK(contains(message_of({.file = two.file, .heads = 2}),
                 "say by prefix which are meant: 'decoder.', 'encoder.'"));
}

TEST_CASE("head counts and shapes that do not fit are told") {
  const std::string file = golden("gpt2.safetensors");
  CHECK(contains(message_of({.file = file}), "does not say how many heads the model has: set heads"));
  CHECK(contains(message_of({.file = file, .heads = 5}),
                 "'transformer.h.0.attn.c_attn.weight' (16, 48): 5 heads with 5 groups "
                 "of keys and values do not divide its 48 columns"));
  CHECK(contains(message_of({.file = golden("llama.safetensors"), .heads = 4, .groups = 4}),
                 "has keys of 2 groups, not 4"));
  CHECK(contains(message_of({.file = golden("llama.safetensors"), .heads = 3}),
                 "3 heads do not divide its 16 rows"));
  const ModelWeights model({.file = file, .heads = 4});
  CHECK_THROWS_WITH_AS(model.head(2, 0, false), (file + ": has no layer 2: its layers are 0 to 1").c_str(),
                       InputError);
  CHECK_THROWS_WITH_AS(model.head(0, 4, false), (file + ": has no head 4: its heads are 0 to 3").c_str(),
                       InputError);
}

TEST_CASE("config.json beside a file says how many heads there are, where it is asked") {
  const TemporaryFolder folder;
  const std::string file = folder.path + "/model.safetensors";
  std::filesystem::copy_file(golden("llama.safetensors"), file);
  write_file(folder.path + "/config.json", R"({"num_attention_heads": 4, "num_key_value_heads": 2})");
  CHECK(contains(message_of({.file = file}), "set heads (config.json beside it says 4)"));
  CHECK(ModelWeights({.file = file, .asks_neighbour = true}).heads() == 4);
  CHECK(ModelWeights({.file = folder.path, .asks_neighbour = true}).groups() == 2);
  write_file(folder.path + "/config.json", "no JSON");
  CHECK(contains(message_of({.file = file, .asks_neighbour = true}), "set heads"));
}
