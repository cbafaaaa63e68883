#include "core/theory/token_selection.hpp"

#include <xtensor/xbuilder.hpp>
#include <xtensor/xsort.hpp>

#include "core/base/elementary.hpp"
#include "core/kernels/dense.hpp"
#include "core/kernels/fused/normalizers.hpp"

namespace qklab {

Vector selection_weights(const SelectionPrompt& prompt, const Matrix& w) {
  const Vector logits = kernels::multiply(prompt.tokens, kernels::multiply(w, prompt.query));
  Vector weights = logits;
  kernels::Softmax::forward<double>(logits.size(), logits.data(), weights.data());
  return weights;
}

std::vector<std::size_t> selected_tokens(const std::vector<SelectionPrompt>& prompts, const Matrix& w) {
  std::vector<std::size_t> selected;
  for (const SelectionPrompt& prompt : prompts)
    selected.push_back(xt::argmax(selection_weights(prompt, w))());
  return selected;
}

SelectionLoss selection_loss(const std::vector<SelectionPrompt>& prompts, const Matrix& w) {
  SelectionLoss loss;
  loss.gradient = xt::zeros<double>(w.shape());
  const auto n = static_cast<double>(prompts.size());
  for (const SelectionPrompt& prompt : prompts) {
    const Vector s = selection_weights(prompt, w);
    const double output =
        kernels::sum_of<double>(s.size(), [&](std::size_t t) { return s(t) * prompt.score(t); });
    loss.value += elementary::softplus(-output) / n;
    const double slope = -elementary::sigmoid(-output) / n;
    Vector pull = xt::zeros<double>({s.size()});
    for (std::size_t t = 0; t < s.size(); ++t) {
      for (std::size_t u = 0; u < s.size(); ++u) pull(t) += s(t) * s(u) * (prompt.score(t) - prompt.score(u));
    }
    const Vector direction = kernels::multiply(prompt.tokens, pull, kernels::Operand::transposed);
    for (std::size_t i = 0; i < direction.size(); ++i)
      for (std::size_t j = 0; j < prompt.query.size(); ++j)
        loss.gradient(i, j) += slope * (direction(i) * prompt.query(j));
  }
  return loss;
}

Matrix selection_constraints(const std::vector<SelectionPrompt>& prompts,
                             const std::vector<std::size_t>& chosen) {
  const std::size_t length = prompts.front().tokens.shape(0), d = prompts.front().tokens.shape(1);
  Matrix rows = xt::empty<double>({prompts.size() * (length - 1), d * d});
  std::size_t row = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const SelectionPrompt& prompt = prompts[i];
    for (std::size_t t = 0; t < length; ++t) {
      if (t == chosen[i]) continue;
      for (std::size_t a = 0; a < d; ++a) {
        for (std::size_t b = 0; b < d; ++b) {
          rows(row, a * d + b) = (prompt.tokens(chosen[i], a) - prompt.tokens(t, a)) * prompt.query(b);
        }
      }
      ++row;
    }
  }
  return rows;
}

}  // namespace qklab
