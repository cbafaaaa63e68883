#include "core/train/trainer.hpp"

#include <algorithm>
#include <cmath>

#include "core/autodiff/curvature.hpp"
#include "core/autodiff/ops/head_loss.hpp"
#include "core/autodiff/ops/ops.hpp"
#include "core/base/error.hpp"
#include "core/train/bytes.hpp"

namespace qklab::train {

namespace {

static_assert(tasks::ignored == autodiff::ignored_target);

// Beyond those of parameters and layers, which initialization draws from.
constexpr std::uint64_t masks_substream = std::uint64_t{1} << 32;

int whole(std::size_t n) { return static_cast<int>(n); }

// Logits of a batch that are more than these are never all there at a time. Numbers are the same either way.
constexpr double most_logits = 1 << 22;

nn::Output outputs_of(const TrainConfig& config, const tasks::Task& task) {
  const tasks::TaskShape& shape = task.shape();
  const double logits = static_cast<double>(task.config().batch * shape.answers() * shape.outputs);
  const bool are_many = !shape.real_targets && config.model.logit_cap == 0 && logits > most_logits;
  return are_many ? nn::Output::left_out : nn::Output::computed;
}

nn::ModelConfig model_of(const TrainConfig& config, const tasks::Task& task) {
  nn::ModelConfig model = config.model;
  fit(model, task.shape());
  return model;
}

}  // namespace

void fit(nn::ModelConfig& model, const tasks::TaskShape& shape) {
  model.vocabulary = whole(shape.symbols);
  model.features = whole(shape.channels);
  model.outputs = whole(shape.outputs);
  model.length = whole(shape.length);
}

Trainer::Graph::Graph(autodiff::Tape<float>& tape, nn::Transformer<float>& of, const tasks::TaskShape& shape,
                      nn::Use use, double smoothing)
    : model(&of) {
  const int length = whole(shape.length), outputs = whole(shape.outputs), count = whole(shape.answers());
  const auto of_answers = [&](autodiff::Tensor<float> x) {
    return shape.last_only ? slice(x, 1, length - 1, length) : x;
  };
  if (!of.output.tape) {
    labels = tape.indices({of.batch, count});
    const auto head = autodiff::head_loss(of_answers(of.last), of.head.weight, of.head.bias, labels,
                                          {.smoothing = smoothing, .learns = use == nn::Use::training});
    loss = head.loss;
    right = head.right;
    return;
  }
  answers = of_answers(of.output);
  if (shape.real_targets) {
    values = tape.input({of.batch, count, outputs});
    loss = mean_squared_error(answers, values);
  } else {
    labels = tape.indices({of.batch, count});
    loss = cross_entropy(answers, labels, autodiff::ignored_target, smoothing);
  }
}

void Trainer::Graph::put(const tasks::Batch& batch) {
  if (!batch.ids.empty()) std::ranges::copy(batch.ids, model->tokens.value().begin());
  if (!batch.vectors.empty()) std::ranges::copy(batch.vectors, model->features.value().begin());
  if (!batch.labels.empty()) std::ranges::copy(batch.labels, labels.value().begin());
  if (!batch.values.empty()) std::ranges::copy(batch.values, values.value().begin());
}

Trainer::Trainer(const TrainConfig& config, const tasks::Task& task, const Stream& initial)
    : config_(config),
      task_(&task),
      masks_(initial.substream(masks_substream)),
      reading_tape_(false),
      model_(tape_, model_of(config, task), whole(task.config().batch), nn::Use::training,
             outputs_of(config, task)),
      reading_model_(reading_tape_, model_.config, model_.batch, nn::Use::reading, outputs_of(config, task)),
      training_(tape_, model_, task.shape(), nn::Use::training, config.label_smoothing),
      reading_(reading_tape_, reading_model_, task.shape(), nn::Use::reading, 0),
      regularizer_(model_, config.regularizer),
      objective_(regularizer_.add_to(training_.loss)),
      optimizer_(config.optimizer, tape_) {
  config_.model = model_.config;
  for (const autodiff::Tensor<float>& read : {training_.loss, model_.output})
    if (read.tape) tape_.keep(read);
  tape_.plan(objective_);
  nn::initialize(model_, config.initialization, initial);
  regularizer_.begin();
}

double Trainer::gradients(std::uint64_t step) {
  task_->batch(tasks::Part::train, step, batch_);
  training_.put(batch_);
  model_.masks = masks_.substream(step);
  tape_.forward();
  tape_.backward(objective_);
  return training_.loss.item();
}

double Trainer::update(std::uint64_t step) {
  const double norm = optimizer_.step(config_.schedule.factor(static_cast<std::int64_t>(step)));
  regularizer_.after_update();
  return norm;
}

double Trainer::gradient_norm() {
  double squares = 0;
  for (const double norm : autodiff::gradient_norms(tape_)) squares += norm * norm;
  return std::sqrt(squares);
}

// Sums over held-out targets.
struct Trainer::Score {
  double loss = 0, right = 0, count = 0;
  double sum = 0, squares = 0;  // of numbers to be predicted
};

void Trainer::add(Score& score) const {
  const std::size_t outputs = task_->shape().outputs;
  double count = 0;
  for (const float y : batch_.values) {
    score.sum += y;
    score.squares += double{y} * y;
    ++count;
  }
  for (std::size_t i = 0; i < batch_.labels.size(); ++i) {
    if (batch_.labels[i] == tasks::ignored) continue;
    ++count;
    if (!reading_.answers.tape) continue;
    const auto answer = reading_.answers.value().subspan(i * outputs, outputs);
    score.right += std::ranges::max_element(answer) - answer.begin() == batch_.labels[i] ? 1 : 0;
  }
  if (reading_.right.tape) score.right += double{reading_.right.item()};
  score.loss += count * double{reading_.loss.item()};
  score.count += count;
}

Evaluation Trainer::evaluate(std::uint64_t first) {
  std::ranges::copy(tape_.parameters(), reading_tape_.parameters().begin());
  Score score;
  for (std::uint64_t k = first; k < first + task_->judged_batches(config_.evaluation_batches); ++k) {
    task_->batch(tasks::Part::held_out, k, batch_);
    reading_.put(batch_);
    reading_tape_.forward();
    add(score);
  }
  const double loss = score.loss / score.count, mean = score.sum / score.count;
  if (!task_->shape().real_targets) return {loss, score.right / score.count};
  return {loss, 1 - loss / (score.squares / score.count - mean * mean)};
}

nn::ModelReport Trainer::diagnose() { return nn::diagnose(reading_model_); }

std::string Trainer::state() {
  ByteWriter out;
  out.put(optimizer_.steps());
  out.put(tape_.parameters());
  out.put(optimizer_.state());
  return out.take();
}

void Trainer::restore(std::string_view state) {
  ByteReader in(state);
  optimizer_.set_steps(in.number<std::int64_t>());
  in.fill(tape_.parameters());
  in.fill(optimizer_.state());
}

}  // namespace qklab::train
