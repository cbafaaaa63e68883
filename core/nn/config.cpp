#include "core/nn/config.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.hpp"
#include "core/nn/kinds.hpp"

namespace qklab::nn {

namespace {

template <class Need> void add_variant_problems(const ModelConfig& m, const Need& need) {
  need(m.norm_epsilon > 0 && std::isfinite(m.norm_epsilon),
       fmt::format("norm_epsilon is {}: set it above 0", m.norm_epsilon));
  need(m.key_groups >= 0 && (m.key_groups == 0 || (m.heads >= 1 && m.heads % m.key_groups == 0)),
       fmt::format("{} heads cannot be shared by {} groups of keys: make heads a multiple of key_groups",
                   m.heads, m.key_groups));
  need(m.embedding_scale > 0 && std::isfinite(m.embedding_scale),
       fmt::format("embedding_scale is {}: set it above 0", m.embedding_scale));
  need(!m.tied || m.vocabulary > 0,
       "tied needs tokens as inputs, which have a table of vectors: set tied to false");
  need(!m.tied || m.features > 0 || m.vocabulary == m.outputs,
       fmt::format("tied needs as many outputs as symbols, which are {} and {}: set tied to false", m.outputs,
                   m.vocabulary));
  for (const auto& [name, value] : {std::pair("attention_cap", m.attention_cap), {"logit_cap", m.logit_cap}})
    need(value >= 0 && std::isfinite(value), fmt::format("{} is {}: set it to 0 or more", name, value));
  for (const auto& [name, value] : {std::pair("dropout.embedding", m.dropout.embedding),
                                    {"dropout.attention", m.dropout.attention},
                                    {"dropout.residual", m.dropout.residual}})
    need(value >= 0 && value < 1, fmt::format("{} is {}: set it to 0 or more and below 1", name, value));
  if (!m.combined) return;
  need(m.qk_norm == Normalization::none, "qk_norm norms queries and keys: set combined to false");
  need(m.groups() == m.heads,
       "key_groups share keys, which combined matrices have none of: set combined to false");
  need(!m.attention_bias, "attention_bias shifts queries and keys: set combined to false");
}

}  // namespace

std::vector<std::string> problems(const ModelConfig& m) {
  std::vector<std::string> found;
  const auto need = [&](bool ok, std::string message) {
    if (!ok) found.push_back(std::move(message));
  };
  const auto at_least = [&](const char* name, int value, int least) {
    need(value >= least, fmt::format("{} is {}: set it to {} or more", name, value, least));
  };
  at_least("vocabulary", m.vocabulary, 0);
  at_least("features", m.features, 0);
  at_least("outputs", m.outputs, 1);
  at_least("length", m.length, 1);
  at_least("max_length", m.max_length, 0);
  at_least("dim", m.dim, 1);
  at_least("heads", m.heads, 1);
  at_least("layers", m.layers, 0);
  at_least("ffn", m.ffn, 0);
  need((m.vocabulary > 0) != (m.features > 0),
       fmt::format("vocabulary is {} and features is {}: set vocabulary for token inputs or features for "
                   "vector inputs, and leave the other 0",
                   m.vocabulary, m.features));
  if (m.dim >= 1 && m.heads >= 1) {
    need(m.dim % m.heads == 0,
         fmt::format("dim {} cannot be shared by {} heads: make dim a multiple of heads", m.dim, m.heads));
  }
  need(m.max_length == 0 || m.length <= m.max_length,
       fmt::format("length {} is longer than the table of {} positions: raise max_length or lower length",
                   m.length, m.max_length));
  need(std::isfinite(m.residual_scale) && m.residual_scale > 0,
       fmt::format("residual_scale is {}: set it above 0, or skip to false to have no residual stream",
                   m.residual_scale));
  at_least("adapter_rank", m.adapter_rank, 0);
  need(m.adapter_rank == 0 || m.reparametrization != Reparametrization::sigma,
       "sigma-Reparam divides a weight by its norm, and adapters add to it: set adapter_rank to 0, or choose "
       "another reparametrization");
  add_variant_problems(m, need);
  if (m.attention->problems)
    for (const std::string& problem : m.attention->problems(m)) found.push_back(problem);
  if (m.positions->problems)
    for (const std::string& problem : m.positions->problems(m)) found.push_back(problem);
  need(!(m.positions->turn && m.combined),
       fmt::format("positions {} turn queries and keys: set combined to false", m.positions.name()));
  return found;
}

void validate(const ModelConfig& config) {
  std::string text;
  for (const std::string& problem : problems(config)) text += (text.empty() ? "" : "\n") + problem;
  if (!text.empty()) throw InputError(text);
}

}  // namespace qklab::nn
