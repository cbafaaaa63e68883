// What a model can be trained on: batches of sequences with targets, and how low the loss can get.
//
// A task is a value drawn once (a Markov chain, a set of sequences to memorize, a text) and an endless
// supply of batches. Batch k of a part is a function of (stream, part, k) alone: it is the same in whatever
// order batches are asked for, and after a resumed run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/stream.hpp"
#include "core/schema/choice.hpp"

namespace qklab::tasks {

inline constexpr std::int32_t ignored = -100;  // a position without a target

struct TaskKind;

struct TaskConfig {
  Choice<TaskKind> kind = "sort";
  std::size_t length = 32;      // positions T that the model reads
  std::size_t batch = 64;       // sequences B in a batch
  std::size_t vocabulary = 16;  // symbols, or words and characters of a text
  std::size_t features = 2;     // numbers in a real input: of regression and selection
  std::size_t examples = 64;    // sequences of memorization
  double noise = 1;             // standard deviation: of regression's y, of selection's tokens
  std::string text = "";        // the file that `text` reads
  std::string held_out = "";    // the file that `text` is judged by; "": the last tenth of its text, which
                                // then is not trained on
  std::string unit = "character";
  std::string vocabulary_file = "";  // of `text`: the symbols that are told apart; "": the most frequent ones
  std::string windows =
      "random";  // of the training part: anywhere, or blocks, of which an epoch has each once
  std::size_t stride =
      0;  // between held-out windows, so that all of the text is judged; 0: some drawn windows
  bool shuffled = false;  // the targets of a batch are dealt out at random: nothing is to be learned
};

// How a model must be shaped, and what its output at a position means.
struct TaskShape {
  std::size_t length = 0;
  std::size_t symbols = 0;   // input ids lie in 0 .. symbols-1; 0: inputs are real vectors
  std::size_t channels = 0;  // numbers in a real input vector; 0: inputs are ids
  std::size_t outputs = 0;   // classes, or numbers to be predicted
  bool real_targets = false;
  bool last_only = false;  // the output at the last position is the answer; at every position else

  std::size_t answers() const { return last_only ? 1 : length; }  // positions with targets
};

// Of B sequences, row-major. One of ids and vectors is empty, and one of labels and values.
struct Batch {
  std::vector<std::int32_t> ids;     // (B, T)
  std::vector<float> vectors;        // (B, T, channels)
  std::vector<std::int32_t> labels;  // (B, answers), `ignored` where there is none
  std::vector<float> values;         // (B, answers, outputs)
};

// The lowest expected loss of any model that sees the inputs: nats a target, or mean squared error.
struct Floor {
  std::optional<double> value;  // none: not known
  std::string reason;           // how it is computed, or why it is not known
};

// The lowest expected loss of a predictor that knows of each target no more than its position and the token
// that stands there: what a model reaches without attention. In the unit of the floor, which is never above
// it. A text has no known distribution: there it is the loss of a predictor that was fit to the training
// part.
struct Baseline {
  std::optional<double> value;          // none: not known
  std::string reason;                   // how it is computed, or why it is not known
  std::optional<double> position = {};  // of a predictor that knows the position alone
  std::optional<double> pair = {};      // of one that knows the token before as well; of text
};

enum class Part { train, held_out };

class Task {
 public:
  Task(const TaskConfig& config, const TaskShape& shape, Stream stream)
      : config_(config), shape_(shape), stream_(stream) {}
  virtual ~Task() = default;

  const TaskConfig& config() const { return config_; }
  const TaskShape& shape() const { return shape_; }

  void batch(Part part, std::uint64_t k, Batch& into) const;
  virtual Floor floor() const = 0;
  // `batches`: the held-out batches 0, 1, ... that a model is judged by. A baseline that is measured is
  // measured on them.
  virtual Baseline baseline(std::size_t batches) const;
  // How many held-out batches, from 0 on, a model is judged by: as many as were asked for, or all that there are.
  virtual std::uint64_t judged_batches(std::uint64_t asked) const { return asked; }
  // Bytes of held-out text for each symbol; nothing for other tasks.
  virtual std::optional<double> bytes_a_symbol() const { return std::nullopt; }
  // The best answers from the inputs alone: labels or values of the batch. False where no exact solver is
  // known. Floor, baseline and answers are those of the task as it is, shuffled or not.
  virtual bool solve(Batch& batch) const;

 protected:
  // Sequence b of the batch, whose vectors have their sizes. Numbers are drawn from `random` in turn.
  virtual void sequence(Part part, Stream& random, std::size_t b, Batch& into) const = 0;
  // The same for a task whose data come in an order: `number` counts the sequences of all batches.
  virtual void numbered_sequence(Part part, std::uint64_t /*number*/, Stream& random, std::size_t b,
                                 Batch& into) const {
    sequence(part, random, b, into);
  }

  std::int32_t* ids(Batch& batch, std::size_t b) const { return batch.ids.data() + b * shape_.length; }
  float* vectors(Batch& batch, std::size_t b) const {
    return batch.vectors.data() + b * shape_.length * shape_.channels;
  }
  std::int32_t* labels(Batch& batch, std::size_t b) const {
    return batch.labels.data() + b * shape_.answers();
  }
  float* values(Batch& batch, std::size_t b) const {
    return batch.values.data() + b * shape_.answers() * shape_.outputs;
  }

 private:
  TaskConfig config_;
  TaskShape shape_;
  void deal_out(Stream random, Batch& batch) const;

  Stream stream_;
};

struct TaskKind {
  std::string name = {};
  std::string doc = {};  // what is to be learned, from what
  int place = last_place;
  Schema parameters = {};
  std::string accuracy = {};   // what is counted as right
  std::size_t vocabulary = 0;  // default number of symbols; 0: has none
  bool next_token = false;     // later inputs give the targets away: only for causal models
  bool causal = false;         // whether models of it are causal unless told otherwise
  std::size_t features = 2;    // default numbers in a real input
  std::string (*problem)(const TaskConfig&) = nullptr;  // beside what no task can do; "" where there is none
  std::unique_ptr<Task> (*make)(const TaskConfig&, Stream) = nullptr;
  static constexpr const char* kind = "task";
  static constexpr const char* noun = "tasks";
};
std::vector<std::string> task_names();

// A kind's `make`, of a class with a constructor of these two.
template <class T> std::unique_ptr<Task> make(const TaskConfig& config, Stream stream) {
  return std::make_unique<T>(config, stream);
}

// Why a config does not do, and what to change ("length must be even, ..."), or "". Reads no file.
std::string problem(const TaskConfig& config);

// Why what the files of task text hold does not do, or "". They are read.
std::string text_problem(const TaskConfig& config);
std::string held_out_problem(const TaskConfig& config);
std::string vocabulary_problem(const TaskConfig& config);

// Draws the task. Streams of different substreams: its structure, training batches, held-out batches.
// Throws InputError with problem()'s message, or where the text cannot be used.
std::unique_ptr<Task> make_task(const TaskConfig& config, Stream stream);

// The key of the task's own random numbers: models that differ in anything else see the same data. What a
// text is judged by has no part in it: trials that differ in `held_out` alone draw the same numbers. But
// without a file of its own the last tenth of the text is held out, and then they train on fewer windows.
// Shuffling has none either: targets are dealt out after the same batch was drawn.
std::uint64_t task_key(const TaskConfig& config);

}  // namespace qklab::tasks
