#include "core/nn/kinds.hpp"
#include "core/train/field.hpp"

namespace qklab::train {

namespace {

// A later parameter of the model, which model.json calls the same.
template <class Access> Field of_model(Parameter parameter, Access access) {
  std::string name = parameter.name;
  return field(
      std::move(parameter.added_later()), "model",
      std::move(name), [access](auto& t) -> auto& { return access(t.config.model); });
}

template <class Access> Field probability(const char* name, const char* doc, Access access) {
  Parameter parameter = real(name, 0.0, doc).range(0, 0.999);
  return of_model(std::move(parameter), access);
}

template <class E, std::size_t n, class Access>
Field later_choice(const std::array<Named<E>, n>& names, const char* name, const char* fallback,
                   const char* doc, Access access) {
  Field made = field(
      names, name, fallback, doc, "model",
      name, [access](auto& t) -> auto& { return access(t.config.model); });
  made.parameter->added_later();
  return made;
}

std::vector<Field> norm_fields() {
  return {
      later_choice(
          nn::normalizations, "norm_kind", "layer", "layer norm, or RMS norm without mean and bias",
          [](auto& m) -> auto& { return m.normalization; }),
      of_model(
          real("norm_epsilon", 1e-5, "added to a norm's variance or mean square").above(0),
          [](auto& m) -> auto& { return m.norm_epsilon; }),
      later_choice(
          nn::query_key_norms, "qk_norm", "none", "norm of each head's queries and keys",
          [](auto& m) -> auto& { return m.qk_norm; }),
  };
}

std::vector<Field> block_fields() {
  return {
      of_model(
          choice_of<nn::ActivationKind>("activation", "gelu", "of the MLP"),
          [](auto& m) -> auto& { return m.activation; }),
      of_model(
          boolean("gated_mlp", false,
                  "a second product of the MLP is multiplied by the activated one; "
                  "with silu: SwiGLU"),
          [](auto& m) -> auto& { return m.gated_mlp; }),
      of_model(
          boolean("attention_bias", false, "biases of queries, keys, values and of what joins heads"),
          [](auto& m) -> auto& { return m.attention_bias; }),
      of_model(
          boolean("mlp_bias", true, "biases of the MLP"), [](auto& m) -> auto& { return m.mlp_bias; }),
      of_model(
          boolean("head_bias", false, "bias of the output"), [](auto& m) -> auto& { return m.head_bias; }),
      of_model(
          integer("key_groups", 0, "groups of heads that share keys and values; 1: multi-query; 0: none do")
              .range(0, 1 << 20),
          [](auto& m) -> auto& { return m.key_groups; }),
      of_model(
          real("attention_cap", 0.0, "c: scores s become c tanh(s / c); 0: they stay").range(0, 1e6),
          [](auto& m) -> auto& { return m.attention_cap; }),
  };
}

std::vector<Field> embedding_fields() {
  return {
      of_model(
          real("logit_cap", 0.0, "c: outputs y become c tanh(y / c); 0: they stay").range(0, 1e6),
          [](auto& m) -> auto& { return m.logit_cap; }),
      of_model(
          boolean("tied", false, "the head's weight is the embedding"),
          [](auto& m) -> auto& { return m.tied; }),
      of_model(
          real("embedding_scale", 1.0,
               "factor of a token's vector where it enters; its draws are divided by it")
              .above(0),
          [](auto& m) -> auto& { return m.embedding_scale; }),
      probability(
          "dropout.embedding", "probability of dropping a number that the first block reads",
          [](auto& m) -> auto& { return m.dropout.embedding; }),
      probability(
          "dropout.attention", "probability of dropping an attention weight",
          [](auto& m) -> auto& { return m.dropout.attention; }),
      probability(
          "dropout.residual", "probability of dropping a number that attention or MLP adds",
          [](auto& m) -> auto& { return m.dropout.residual; }),
  };
}

}  // namespace

std::vector<Field> variant_fields() {
  std::vector<Field> all;
  for (const auto& part : {norm_fields(), block_fields(), embedding_fields()})
    all.insert(all.end(), part.begin(), part.end());
  all.push_back(field(
      real("epsilon", 1e-8, "of adam, adamw and rmsprop").range(0, 1).added_later(), "optimizer", "epsilon",
      [](auto& t) -> auto& { return t.config.optimizer.epsilon; }));
  all.push_back(field(
      real("label_smoothing", 0.0, "share of a label's probability that training spreads over all classes")
          .range(0, 1)
          .added_later(),
      "task", "label_smoothing", [](auto& t) -> auto& { return t.config.label_smoothing; }));
  return all;
}

}  // namespace qklab::train
