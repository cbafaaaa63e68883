#include "core/train/loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/error.hpp"
#include "core/base/value.hpp"
#include "core/train/bytes.hpp"

namespace qklab::train {

void History::add(const std::string& name, std::size_t step, double value) {
  Curve& curve = curves_[name];
  curve.step.push_back(static_cast<double>(step));
  curve.value.push_back(value);
}

// A run between two steps, as a checkpoint keeps it.
struct Progress {
  std::size_t step = 0;
  History history;

  std::string save(Trainer& trainer) const {
    ByteWriter out;
    out.put(static_cast<std::uint64_t>(step));
    out.put(std::string_view(trainer.state()));
    out.put(static_cast<std::uint64_t>(history.curves_.size()));
    for (const auto& [name, curve] : history.curves_) {
      out.put(std::string_view(name));
      out.put(std::span(curve.step));
      out.put(std::span(curve.value));
    }
    return out.take();
  }

  static std::size_t step_of(std::string_view bytes) { return ByteReader(bytes).number<std::uint64_t>(); }

  static Progress load(std::string_view bytes, Trainer& trainer) {
    const auto numbers = [](std::string_view raw) {
      std::vector<double> values(raw.size() / sizeof(double));
      if (!values.empty()) std::memcpy(values.data(), raw.data(), raw.size());
      return values;
    };
    ByteReader in(bytes);
    Progress progress;
    progress.step = in.number<std::uint64_t>();
    trainer.restore(in.elements());
    for (auto n = in.number<std::uint64_t>(); n > 0; --n) {
      Curve& curve = progress.history.curves_[std::string(in.elements())];
      curve.step = numbers(in.elements<double>());
      curve.value = numbers(in.elements<double>());
    }
    return progress;
  }
};

std::size_t step_of_state(std::string_view state) { return Progress::step_of(state); }

namespace {

void add_report(History& history, std::size_t step, const nn::ModelReport& report) {
  for (std::size_t l = 0; l < report.layers.size(); ++l) {
    history.add(fmt::format("residual.{}", l), step, report.layers[l].residual);
    for (std::size_t h = 0; h < report.layers[l].heads.size(); ++h) {
      const nn::HeadReport& head = report.layers[l].heads[h];
      const auto add = [&](const char* name, double value) {
        history.add(fmt::format("{}.{}.{}", name, l, h), step, value);
      };
      add("mean", head.spectrum.mean);
      add("variance", head.spectrum.variance);
      add("frobenius", head.spectrum.frobenius_variance);
      add("spectral", head.spectrum.spectral_norm);
      if (head.entropy) add("entropy", *head.entropy);
    }
  }
}

// Whether the lowest loss lies `patience` evaluations back.
bool stalled(const Curve& loss, std::size_t patience) {
  const auto lowest = std::ranges::min_element(loss.value);
  return patience > 0 && loss.value.end() - lowest > static_cast<std::ptrdiff_t>(patience);
}

}  // namespace

Outcome train(Trainer& trainer, const Hooks& hooks) {
  const TrainConfig& config = trainer.config();
  Progress progress;
  // A state beyond the stop would lead past it.
  if (hooks.saved && !(hooks.stop_at && Progress::step_of(*hooks.saved) > *hooks.stop_at))
    progress = Progress::load(*hooks.saved, trainer);
  Outcome outcome;
  std::vector<MetricValue> told;
  for (std::size_t& step = progress.step;; ++step) {
    try {
      if (hooks.check) hooks.check();
    } catch (const Cancelled&) {
      if (hooks.save) hooks.save(progress.save(trainer));  // nothing of the training so far is lost
      throw;
    }
    if (hooks.progress) hooks.progress(step, config.steps, told);
    told.clear();
    // Of before the evaluation, which is made again when training goes on: no step is evaluated twice.
    std::optional<std::string> here;
    if (hooks.stop_at == step && step < config.steps) here = progress.save(trainer);
    const double loss = trainer.gradients(step);
    if (!std::isfinite(loss)) {
      outcome.divergence = fmt::format("the training loss is {} at step {}", shortest(loss), step);
      break;
    }
    bool last = step >= config.steps;
    if (last || step % config.evaluate_every == 0) {
      const Evaluation now = trainer.evaluate();
      if (!std::isfinite(now.loss)) {
        outcome.divergence = fmt::format("the held-out loss is {} at step {}", shortest(now.loss), step);
        break;
      }
      outcome.last = now;
      told = {{"loss", now.loss}, {"accuracy", now.accuracy}};
      progress.history.add("loss", step, now.loss);
      progress.history.add("accuracy", step, now.accuracy);
      progress.history.add("train_loss", step, loss);
      progress.history.add("grad_norm", step, trainer.gradient_norm());
      add_report(progress.history, step, trainer.diagnose());
      if (hooks.evaluated) hooks.evaluated(trainer, step, progress.history);
      last = last || stalled(progress.history["loss"], config.patience);
    }
    told.push_back({"train_loss", loss});
    if (last) break;
    if (here) {
      if (hooks.save) hooks.save(*here);
      outcome.stopped = true;
      break;
    }
    if (hooks.before_update) hooks.before_update(trainer, step);
    trainer.update(step);
    if (hooks.save && hooks.save_due && hooks.save_due()) {
      ++progress.step;  // the next one to be made
      hooks.save(progress.save(trainer));
      --progress.step;
    }
  }
  outcome.steps = progress.step;
  outcome.history = std::move(progress.history);
  return outcome;
}

}  // namespace qklab::train
