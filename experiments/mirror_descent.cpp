// mirror_descent: which token-selecting attention matrix l_p mirror descent converges to.
//
// After Julistiono, Tarzanagh and Azizan, "Optimizing Attention with Mirror Descent: Generalized Max-Margin
// Token Selection" (arXiv 2410.14581). With the potential psi(W) = (1/p) sum |W_ij|^p, mirror descent steps
//     grad psi(W_k+1) = grad psi(W_k) - eta grad L(W_k),    grad psi(W)_ij = sign(W_ij) |W_ij|^(p-1)
// on the loss of core/theory/token_selection.hpp. The paper's claim: W_k / |W_k|_p tends to W_mm / |W_mm|_p
// with
//     W_mm = argmin |W|_p  subject to  (x_i,opt - x_it)^T W z_i >= 1  for all t != opt,
// at a rate that is poly-logarithmic in k, and p near 1 gives sparse W.
//
// W_mm comes from core/theory/max_margin.hpp, a convex solver that knows nothing of the descent; `gap` is its
// certificate. As in the paper the selected ("locally optimal") token of a prompt is the one that attention
// ends on; `optimal` tells how many prompts ended on their best one.
//
// Reproduced: convergence in direction, its slowness, sparsity, that each p finds its own solution. Own
// reading: data (Gaussian tokens, z_i the first token, v a random unit vector, y_i = +-1), W_0 = 0, and
// `step: growing`: once every prompt gives one token 0.99 of its attention, steps are such that |W|_p grows
// by `growth` each,
//     eta_k = (p-1) growth |W_k|_p^(p-2) / |grad L|_q ,
// because |W| grows only as log k at a constant step and the direction's error falls with |W|, not with k.
// The authors' own setting, after their public code, is `data: unit`, `step: normalized`, `start: normal`: tokens,
// queries and decoder are independent unit vectors, W_0 ~ N(0, 1), and eta_k = rate / |grad L|_q, so that each step
// has the same length in the dual norm. There the Bregman divergence to the solution of every exponent is followed.
// What W did early on is forgotten as |W|_p^-(p-1), so p = 1.1 stays far from its limit for any number of
// steps that can be run. Out of reach: the paper's text classification.
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <xtensor-blas/xlinalg.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xview.hpp>

#include "core/base/array.hpp"
#include "core/base/elementary.hpp"
#include "core/kernels/dense.hpp"
#include "core/kernels/reduce.hpp"
#include "core/theory/max_margin.hpp"
#include "core/theory/mirror_map.hpp"
#include "core/theory/token_selection.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {
namespace {

const std::vector<double> exponents = {1.1, 1.75, 2, 3};
const std::vector<std::string> divergence_names = {"divergence_to_first", "divergence_to_second",
                                                   "divergence_to_third", "divergence_to_fourth"};

// The sum of term(x) over all entries x.
template <class Array, class Term> double sum_over(const Array& of, Term term) {
  const double* x = of.data();
  return kernels::sum_of<double>(of.size(), [=](std::size_t i) { return term(x[i]); });
}

void scale_to_unit(double* x, std::size_t n) {
  const double length = std::sqrt(kernels::sum_of<double>(n, [=](std::size_t i) { return x[i] * x[i]; }));
  for (std::size_t i = 0; i < n; ++i) x[i] /= length;
}

std::vector<SelectionPrompt> draw_prompts(std::size_t n, std::size_t length, std::size_t d, bool unit,
                                          Stream random) {
  const auto normals = [&](auto& x) {
    for (double& entry : x) entry = random.normal();
  };
  Vector decoder = xt::empty<double>({d});
  normals(decoder);
  decoder /= std::sqrt(sum_over(decoder, [](double x) { return x * x; }));
  std::vector<SelectionPrompt> prompts;
  for (std::size_t i = 0; i < n; ++i) {
    SelectionPrompt prompt;
    prompt.tokens = xt::empty<double>({length, d});
    normals(prompt.tokens);
    if (unit) {
      for (std::size_t t = 0; t < length; ++t) scale_to_unit(&prompt.tokens(t, 0), d);
      prompt.query = xt::empty<double>({d});
      normals(prompt.query);
      scale_to_unit(prompt.query.data(), d);
    } else {
      prompt.query = xt::row(prompt.tokens, 0);
    }
    prompt.score = (random.below(2) ? 1.0 : -1.0) * kernels::multiply(prompt.tokens, decoder);
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

double norm_of(const Matrix& x, double p) { return lp_norm({x.data(), x.size()}, p); }

double cosine(const Matrix& a, const Matrix& b) {
  return xt::sum(a * b)() / std::sqrt(xt::sum(a * a)() * xt::sum(b * b)());
}

// (sum |w|)^2 / (n sum w^2): 1 where all entries are equally large, 1/n where there is one.
double density(const Matrix& w) {
  const double sum = sum_over(w, [](double x) { return std::abs(x); });
  return sum * sum / (static_cast<double>(w.size()) * sum_over(w, [](double x) { return x * x; }));
}

// psi's Bregman divergence of unit vectors, D(target, w) = psi(target) - psi(w) - grad psi(w).(target - w).
double divergence(const Matrix& target, const Matrix& w, double p) {
  const Matrix slope = xt::sign(w) * xt::pow(xt::abs(w), p - 1);
  const auto potential = [&](const Matrix& x) { return xt::sum(xt::pow(xt::abs(x), p))() / p; };
  return potential(target) - potential(w) - xt::sum(slope * (target - w))();
}

struct Snapshot {
  double step, loss, selected;  // selected: the least of the prompts' largest attention weights
  Matrix w;
};

// Mirror descent from W = 0 or what start() sets, with snapshots at powers of 1.25.
class Descent {
 public:
  Descent(std::vector<SelectionPrompt> prompts, double exponent)
      : prompts_(std::move(prompts)), p_(exponent), dual_(zero()), w_(zero()) {}

  // W_0 ~ N(0, 1).
  void start(Stream random) {
    for (std::size_t i = 0; i < w_.size(); ++i) {
      const double x = w_.flat(i) = random.normal();
      dual_.flat(i) = to_dual(x, p_);
    }
  }

  std::vector<Snapshot> run(const Trial& trial) {
    const std::size_t steps = trial.params.count("steps");
    const double rate = trial.params.real("rate"), growth = trial.params.real("growth");
    const bool growing = trial.params.text("step") == "growing",
               normalized = trial.params.text("step") == "normalized";
    bool settled = false;
    std::vector<Snapshot> snapshots;
    for (std::size_t k = 1; k <= steps; ++k) {
      if (k % 64 == 0) trial.check();
      const SelectionLoss loss = selection_loss(prompts_, w_);
      trial.progress(k - 1, steps, {{"loss", loss.value}});
      if (growing && !settled) settled = least_selected() > 0.99;
      const double q = p_ / (p_ - 1), size = norm_of(loss.gradient, q);
      if (!(size > 1e-280)) break;  // attention is one-hot to the last digit: nothing is left to learn from
      double eta = normalized ? rate / size : rate;
      if (settled) eta = (p_ - 1) * growth * elementary::pow(norm_of(w_, p_), p_ - 2) / size;
      mirror_step(w_.storage(), dual_.storage(), loss.gradient.storage(), p_, eta);
      if (k == next_ || k == steps) {
        snapshots.push_back({static_cast<double>(k), loss.value, least_selected(), w_});
        next_ = std::max(next_ + 1, next_ * 5 / 4);
      }
    }
    return snapshots;
  }

  std::vector<std::size_t> selected() const { return selected_tokens(prompts_, w_); }

  double optimal_share() const {
    const auto chosen = selected();
    double hits = 0;
    for (std::size_t i = 0; i < prompts_.size(); ++i) hits += chosen[i] == xt::argmax(prompts_[i].score)();
    return hits / static_cast<double>(prompts_.size());
  }

  Matrix max_margin_direction(double p, MaxMargin& solution) const {
    solution = max_margin(selection_constraints(prompts_, selected()), p);
    return xt::reshape_view(solution.w, w_.shape());
  }
  // Smallest logit difference of w, which has norm 1 in l_p.
  double margin(const Matrix& w) const {
    const Matrix rows = selection_constraints(prompts_, selected());
    return xt::amin(xt::linalg::dot(rows, xt::flatten(w)))();
  }

 private:
  Matrix zero() const {
    const std::size_t d = prompts_.front().query.size();
    return xt::zeros<double>({d, d});
  }
  double least_selected() const {
    double least = 1;
    for (const SelectionPrompt& prompt : prompts_)
      least = std::min(least, xt::amax(selection_weights(prompt, w_))());
    return least;
  }

  std::vector<SelectionPrompt> prompts_;
  double p_;
  Matrix dual_, w_;  // dual_ = grad psi(w_)
  std::size_t next_ = 10;
};

// From W / |W|_p to the solution of each exponent, scaled to norm 1 in l_p as well.
void record_divergences(const std::vector<Snapshot>& snapshots, const std::vector<Matrix>& solutions,
                        double p, Result& result) {
  std::vector<double> step, last;
  for (const Snapshot& s : snapshots) step.push_back(s.step);
  double own = std::numeric_limits<double>::infinity(), others = own;
  for (std::size_t k = 0; k < exponents.size(); ++k) {
    const Matrix target = solutions[k] / norm_of(solutions[k], p);
    std::vector<double> value;
    for (const Snapshot& s : snapshots) value.push_back(divergence(target, s.w / norm_of(s.w, p), p));
    last.push_back(value.back());
    double& least = exponents[k] == p ? own : others;
    if (!(value.back() >= least)) least = value.back();
    result.series(divergence_names[k], step, value);
  }
  result.series("divergence_with", exponents, last);
  result.scalar("own_nearest", own < others ? 1 : 0);
}

void run(const Trial& trial, Result& result) {
  const double p = trial.params.real("p");
  // Of the seed alone: every p and every kind of step sees the same prompts.
  const Stream data = trial.shared_stream("mirror_descent prompts");
  Descent descent(draw_prompts(trial.params.count("prompts"), trial.params.count("length"),
                               trial.params.count("dim"), trial.params.text("data") == "unit", data),
                  p);
  if (trial.params.text("start") == "normal") descent.start(trial.shared_stream("mirror_descent start"));
  const std::vector<Snapshot> snapshots = descent.run(trial);
  MaxMargin solution;
  const Matrix target = descent.max_margin_direction(p, solution);

  std::vector<double> step, correlation, error, loss, selected, ratio, bregman;
  for (const Snapshot& s : snapshots) {
    const Matrix unit = s.w / norm_of(s.w, p);
    step.push_back(s.step);
    correlation.push_back(cosine(s.w, target));
    error.push_back(1 - correlation.back());
    loss.push_back(s.loss);
    selected.push_back(s.selected);
    ratio.push_back(descent.margin(unit) * solution.norm);
    bregman.push_back(divergence(target / solution.norm, unit, p));
  }
  result.series("correlation", step, correlation);
  result.series("error", step, error);
  result.series("loss", step, loss);
  result.series("selected", step, selected);
  result.series("margin_ratio", step, ratio);
  result.series("divergence", step, bregman);

  std::vector<Matrix> solutions;
  for (const double exponent : exponents) {
    MaxMargin other;
    solutions.push_back(descent.max_margin_direction(exponent, other));
  }
  record_divergences(snapshots, solutions, p, result);
  const Matrix& last = snapshots.back().w;
  double others = -1;
  std::vector<double> towards;
  for (std::size_t k = 0; k < exponents.size(); ++k) {
    towards.push_back(cosine(last, solutions[k]));
    if (exponents[k] != p) others = std::max(others, towards.back());
  }
  result.series("correlation_with", exponents, towards);
  result.scalar("final_correlation", correlation.back());
  result.scalar("advantage", correlation.back() - others);
  result.scalar("density", density(last));
  result.scalar("density_theory", density(target));
  result.scalar("optimal", descent.optimal_share());
  result.scalar("gap", solution.gap);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "mirror_descent";
  experiment.version = 1;
  experiment.doc =
      "l_p mirror descent of attention's W on token selection, against the l_p max-margin solution.";
  experiment.parameters = {
      real("p", 2.0, "exponent of the potential").range(1.02, 10),
      choice("step", "constant", {"constant", "growing", "normalized"},
             "eta, such that |W|_p grows evenly once settled, or eta over the gradient's dual norm"),
      integer("prompts", 6, "number of prompts").range(1, 1000),
      integer("length", 6, "tokens of a prompt").range(2, 1000),
      integer("dim", 6, "width of a token").range(1, 1000),
      integer("steps", 20000, "of mirror descent").range(10, 100000000),
      real("rate", 1.0, "eta of a constant step").above(0),
      real("growth", 0.01, "of |W|_p in a growing step").above(0),
      choice("data", "gaussian", {"gaussian", "unit"},
             "Gaussian tokens whose first is the query, or independent unit vectors")
          .added_later(),
      choice("start", "zero", {"zero", "normal"}, "W_0: 0, or independent N(0, 1)").added_later(),
  };
  experiment.scalars = {
      {"final_correlation", "", "cosine of W and its max-margin solution at the end", "", Bits::rounded,
       false, Range{-1, 1}},
      {"advantage", "", "that, minus the best cosine with the solutions of other p", "", Bits::rounded, false,
       Range{-2, 2}},
      {"density", "", "(sum |W|)^2 / (n sum W^2) at the end", "", Bits::exact},
      {"density_theory", "", "the same of the max-margin solution", "", Bits::rounded},
      {"optimal", "", "share of prompts that end on their best token", "", Bits::exact},
      {"own_nearest", "",
       "1 if the divergence to the own solution ends below that to the other exponents', else 0", "",
       Bits::rounded, true, Range{0, 1}},
      {"gap", "", "relative duality gap of the max-margin solver", "", Bits::rounded},
  };
  experiment.series = {
      {"correlation", "", "cosine of W and the max-margin solution for the same p", "step", Bits::rounded,
       false, Range{-1, 1}},
      {"error", "", "1 minus that cosine", "step", Bits::rounded},
      {"loss", "nats", "mean logistic loss", "step", Bits::exact},
      {"selected", "", "least attention that a prompt's selected token gets", "step", Bits::exact},
      {"margin_ratio", "", "margin of W / |W|_p over the largest one", "step", Bits::rounded},
      {"divergence", "", "Bregman divergence from W / |W|_p to the solution", "step", Bits::rounded},
      {"divergence_to_first", "", "the same to the solution for exponent 1.1", "step", Bits::rounded, true},
      {"divergence_to_second", "", "the same to the solution for exponent 1.75", "step", Bits::rounded, true},
      {"divergence_to_third", "", "the same to the solution for exponent 2", "step", Bits::rounded, true},
      {"divergence_to_fourth", "", "the same to the solution for exponent 3", "step", Bits::rounded, true},
      {"divergence_with", "", "Bregman divergence at the end to the solution for exponent", "exponent",
       Bits::rounded, true},
      {"correlation_with", "", "cosine of W at the end and the solution for exponent", "exponent",
       Bits::rounded, false, Range{-1, 1}},
  };
  experiment.run = run;
  experiment.cost = [](const Parameters& p) { return p.real("steps") * p.real("prompts"); };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
