// joint_selection: mirror descent of an attention matrix and its head at once, on prompts of three tokens in the plane.
//
// After Julistiono, Tarzanagh and Azizan, "Optimizing Attention with Mirror Descent: Generalized Max-Margin Token
// Selection" (arXiv 2410.14581), whose public code has two toys beside the larger setting of `mirror_descent`: the path of
// two entries of W against the ray of its max-margin solution, and the joint training of W and the head v on two prompts
// of three tokens in two dimensions. With the potential (1/p) sum |x|^p both are expected to converge in direction:
//     W to   argmin |W|_p  subject to  (x_i,sel - x_it)^T W z_i >= 1  for all other tokens t,
//     v to   argmin |v|_p  subject to  y_i x_i,sel . v >= 1,
// sel being the token that attention ends on (core/theory/max_margin.hpp; `gap` and `head_gap` are its certificates).
//
// Tokens, queries z_i and the head at the start are independent unit vectors, labels y_i = +-1, the loss that of
// core/theory/token_selection.hpp; each of W and v takes steps of length `rate` in its dual norm. Two entries of W / |W|_p show
// the path; with `path: solution` they are those of the solution, the point at which the path should end.
//
// Reproduced: paths against rays, joint training. Own reading: prompts are drawn (the numbers of the authors' toy are not
// ours to copy), W and v are stepped at once and each by its own norm.
#include <algorithm>
#include <cmath>
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

double dot(const Vector& a, const Vector& b) {
  return kernels::sum_of<double>(a.size(), [&](std::size_t i) { return a(i) * b(i); });
}

double norm_of(const Vector& x, double p) { return lp_norm(x.storage(), p); }

Vector unit(std::size_t d, Stream& random) {
  Vector x = xt::empty<double>({d});
  for (double& each : x) each = random.normal();
  x /= std::sqrt(dot(x, x));
  return x;
}

// A point of mirror descent with the potential (1/p) sum |x|^p.
class Point {
 public:
  Point(const Vector& start, double p) : x(start), dual_(start), p_(p) {
    for (double& each : dual_) each = to_dual(each, p_);
  }

  // By `length` against the gradient, in its dual norm; false where there is no gradient to follow.
  bool step(const Vector& gradient, double length) {
    const double size = norm_of(gradient, p_ / (p_ - 1));
    if (!(size > 1e-280)) return false;
    mirror_step(x.storage(), dual_.storage(), gradient.storage(), p_, length / size);
    return true;
  }

  Vector x;

 private:
  Vector dual_;  // the potential's gradient at x
  double p_;
};

struct Snapshot {
  double step = 0, loss = 0;
  Vector w, head;
};

// Prompts, and what depends on the head in them.
class Toy {
 public:
  Toy(const Parameters& params, Stream random) : d_(params.count("dim")) {
    for (std::size_t i = 0; i < params.count("prompts"); ++i) {
      SelectionPrompt prompt{xt::empty<double>({params.count("length"), d_}), unit(d_, random), {}};
      for (std::size_t t = 0; t < params.count("length"); ++t)
        xt::row(prompt.tokens, static_cast<std::ptrdiff_t>(t)) = unit(d_, random);
      prompts_.push_back(std::move(prompt));
      labels_.push_back(random.below(2) ? 1 : -1);
    }
    head_ = unit(d_, random);
  }

  std::size_t dim() const { return d_; }
  const Vector& first_head() const { return head_; }

  // The loss at W, flat, and a head, with its gradients by both.
  struct Loss {
    double value = 0;
    Vector by_w, by_head;
  };
  Loss loss(const Vector& w, const Vector& head) {
    const Matrix matrix = xt::reshape_view(w, {d_, d_});
    Loss found{0, {}, xt::zeros<double>({d_})};
    const auto n = static_cast<double>(prompts_.size());
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      SelectionPrompt& prompt = prompts_[i];
      prompt.score = labels_[i] * kernels::multiply(prompt.tokens, head);
      const Vector s = selection_weights(prompt, matrix);
      const double slope = -elementary::sigmoid(-dot(s, prompt.score)) * labels_[i] / n;
      for (std::size_t t = 0; t < s.size(); ++t)
        for (std::size_t c = 0; c < d_; ++c) found.by_head(c) += slope * (s(t) * prompt.tokens(t, c));
    }
    const SelectionLoss selection = selection_loss(prompts_, matrix);
    found.value = selection.value;
    found.by_w = xt::flatten(selection.gradient);
    return found;
  }

  std::vector<std::size_t> selected(const Vector& w) const {
    return selected_tokens(prompts_, xt::reshape_view(w, {d_, d_}));
  }

  Matrix constraints(const std::vector<std::size_t>& chosen) const {
    return selection_constraints(prompts_, chosen);
  }
  // Rows y_i x_i,sel.
  Matrix head_constraints(const std::vector<std::size_t>& chosen) const {
    Matrix rows = xt::empty<double>({prompts_.size(), d_});
    for (std::size_t i = 0; i < prompts_.size(); ++i)
      for (std::size_t c = 0; c < d_; ++c) rows(i, c) = labels_[i] * prompts_[i].tokens(chosen[i], c);
    return rows;
  }

 private:
  std::size_t d_;
  std::vector<SelectionPrompt> prompts_;
  std::vector<double> labels_;
  Vector head_;
};

// Snapshots at powers of 1.25, and at the end.
std::vector<Snapshot> descend(const Trial& trial, Toy& toy) {
  const Parameters& params = trial.params;
  const double p = params.real("p"), rate = params.real("rate");
  const bool joint = params.text("head") == "trained";
  const std::size_t steps = params.count("steps"), d = toy.dim();
  Vector start = xt::zeros<double>({d * d});
  if (params.text("start") == "normal") {
    Stream random = trial.shared_stream("joint_selection start");
    for (double& each : start) each = random.normal();
  }
  Point w(start, p), head(toy.first_head(), p);
  std::vector<Snapshot> snapshots;
  std::size_t next = 1;
  for (std::size_t k = 1; k <= steps; ++k) {
    if (k % 64 == 0) trial.check();
    const Toy::Loss loss = toy.loss(w.x, head.x);
    const bool moved = w.step(loss.by_w, rate);
    if (joint) head.step(loss.by_head, rate);
    if (k == next || k == steps || !moved) {
      snapshots.push_back({static_cast<double>(k), loss.value, w.x, head.x});
      next = std::max(next + 1, next * 5 / 4);
    }
    if (!moved) break;  // attention is one-hot to the last digit
  }
  return snapshots;
}

void run(const Trial& trial, Result& result) {
  const Parameters& params = trial.params;
  const double p = params.real("p");
  Toy toy(params, trial.shared_stream("joint_selection prompts"));
  const std::vector<Snapshot> snapshots = descend(trial, toy);
  const Snapshot& last = snapshots.back();
  const std::vector<std::size_t> chosen = toy.selected(last.w);
  const MaxMargin solution = max_margin(toy.constraints(chosen), p);

  const auto cosine = [](const Vector& a, const Vector& b) {
    return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
  };
  const bool solved = params.text("path") == "solution";
  const Vector direction = solution.w / norm_of(solution.w, p);
  std::vector<double> step, loss, correlation, first, other;
  for (const Snapshot& s : snapshots) {
    const Vector shown = solved ? direction : Vector(s.w / norm_of(s.w, p));
    step.push_back(s.step);
    loss.push_back(s.loss);
    correlation.push_back(cosine(s.w, solution.w));
    first.push_back(shown(0));
    other.push_back(shown(shown.size() - 1));
  }
  result.series("loss", step, loss);
  result.series("correlation", step, correlation);
  result.series("entry_first", step, first);
  result.series("entry_last", step, other);
  result.scalar("final_correlation", correlation.back());
  result.scalar("gap", solution.gap);
  if (params.text("head") == "fixed") return;

  const MaxMargin head = max_margin(toy.head_constraints(chosen), p);
  std::vector<double> head_correlation;
  for (const Snapshot& s : snapshots) head_correlation.push_back(cosine(s.head, head.w));
  result.series("head_correlation", step, head_correlation);
  result.scalar("final_head_correlation", head_correlation.back());
  result.scalar("head_gap", head.gap);
}

Experiment make() {
  Experiment experiment;
  experiment.name = "joint_selection";
  experiment.version = 1;
  experiment.doc =
      "Mirror descent of W and its head on prompts in the plane, against both max-margin solutions.";
  experiment.parameters = {
      real("p", 2.0, "exponent of the potential").range(1.02, 10),
      choice("head", "trained", {"fixed", "trained"}, "whether the head learns as well"),
      choice("start", "zero", {"zero", "normal"}, "W_0: 0, or independent N(0, 1)"),
      choice("path", "descent", {"descent", "solution"}, "entries of W, or of the solution"),
      integer("prompts", 2, "number of prompts").range(1, 100),
      integer("length", 3, "tokens of a prompt").range(2, 100),
      integer("dim", 2, "width of a token").range(2, 100),
      integer("steps", 2000, "of mirror descent").range(10, 100000000),
      real("rate", 0.1, "length of a step in the dual norm").above(0),
  };
  experiment.scalars = {
      {"final_correlation", "", "cosine of W and its max-margin solution at the end", "", Bits::rounded,
       false, Range{-1, 1}},
      {"gap", "", "relative duality gap of the solver", "", Bits::rounded},
      {"final_head_correlation", "", "cosine of the head and its max-margin solution at the end", "",
       Bits::rounded, true, Range{-1, 1}},
      {"head_gap", "", "relative duality gap of its solver", "", Bits::rounded, true},
  };
  experiment.series = {
      {"loss", "nats", "mean logistic loss", "step", Bits::exact},
      {"correlation", "", "cosine of W and its max-margin solution", "step", Bits::rounded, false,
       Range{-1, 1}},
      {"head_correlation", "", "cosine of the head and its max-margin solution", "step", Bits::rounded, true,
       Range{-1, 1}},
      {"entry_first", "", "W_11 / |W|_p, or of the solution", "step", Bits::rounded},
      {"entry_last", "", "W_dd / |W|_p, or of the solution", "step", Bits::rounded},
  };
  experiment.run = run;
  experiment.cost = [](const Parameters& p) { return p.real("steps") * p.real("prompts"); };
  return experiment;
}

}  // namespace
}  // namespace qklab

QKLAB_EXPERIMENT(qklab::make)
