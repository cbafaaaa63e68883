#include "core/train/description.hpp"

#include <algorithm>
#include <mutex>
#include <type_traits>

#include "core/nn/kinds.hpp"
#include "core/tasks/corpus.hpp"
#include "core/train/field.hpp"
#include "core/train/model_file.hpp"

namespace qklab::train {
namespace {

using Json = nlohmann::ordered_json;

Parameter count(const char* name, std::int64_t fallback, const char* doc) {
  return integer(name, fallback, doc).range(0, 1e9);
}
Parameter size(const char* name, std::int64_t fallback, const char* doc) {
  return integer(name, fallback, doc).range(1, 1 << 20);
}

const tasks::TaskKind& task_of(const Parameters& p) {
  return Registry<tasks::TaskKind>::all().at(p.text("task"));
}

Parameter by_task(Parameter parameter, const std::function<Value(const tasks::TaskKind&)>& value) {
  return parameter.derived("the task's", [value](const Parameters& p) { return value(task_of(p)); });
}

Parameter by_optimizer(Parameter parameter, double nn::OptimizerConfig::*field) {
  return parameter.derived("the optimizer's", [field](const Parameters& p) {
    return Value(nn::defaults(p.text("optimizer")).*field);
  });
}

// A file of task text, which other tasks leave empty so that their data do not depend on it. `problem` judges
// what it holds, which depends on `others` as well.
template <class Access>
Field of_text(Parameter parameter, std::vector<std::string> others,
              std::string (*problem)(const tasks::TaskConfig&), Access access) {
  const std::string name = parameter.name;
  const auto reads = [](const Parameters& p) { return p.text("task") == "text"; };
  parameter.file(reads).content(std::move(others), [problem](const Parameters& p) {
    Training training;
    read(training, p, {"task", "length", "vocabulary", "text", "held_out", "unit", "vocabulary_file"});
    return problem(training.task);
  });
  return {std::move(parameter),
          "",
          "",
          [=](Training& t, const Parameters& p) { access(t) = reads(p) ? p.text(name) : std::string(); },
          {}};
}

std::vector<Field> task_fields() {
  Field length = field(
      size("length", 32, "positions of a sequence"), "model", "length",
      [](auto& t) -> auto& { return t.config.model.length; });
  length.read = [](Training& t, const Parameters& p) {
    t.task.length = p.count("length");
    t.config.model.length = static_cast<int>(t.task.length);
  };
  return {
      derived("model", "vocabulary", [](const Training& t) { return t.config.model.vocabulary; }),
      derived("model", "features", [](const Training& t) { return t.config.model.features; }),
      derived("model", "outputs", [](const Training& t) { return t.config.model.outputs; }),
      field(
          choice_of<tasks::TaskKind>("task", "sort", "what is learned; `docs/training.md` lists them"),
          "task", "name", [](auto& t) -> auto& { return t.task.kind; }),
      length,
      field(
          by_task(size("vocabulary", 16, "symbols, or how many words or characters of a text are told apart"),
                  [](const auto& task) {
                    return Value(static_cast<std::int64_t>(std::max<std::size_t>(task.vocabulary, 2)));
                  }),
          "", "", [](auto& t) -> auto& { return t.task.vocabulary; }),
      field(
          by_task(size("features", 2, "numbers in an input vector, of regression and selection"),
                  [](const auto& task) { return Value(static_cast<std::int64_t>(task.features)); }),
          "", "", [](auto& t) -> auto& { return t.task.features; }),
      field(
          size("examples", 64, "sequences of memorization"), "", "",
          [](auto& t) -> auto& { return t.task.examples; }),
      field(
          real("noise", 1.0, "standard deviation of regression's y, and of selection's tokens").range(0, 1e6),
          "", "", [](auto& t) -> auto& { return t.task.noise; }),
      of_text(
          text("text", "data/shakespeare.txt", "text file of task text, UTF-8"),
          {"length", "unit", "held_out"}, tasks::text_problem, [](auto& t) -> auto& { return t.task.text; }),
      of_text(
          text("held_out", "", "text file that the loss is measured on; empty: the last tenth of text"),
          {"length", "unit", "text"}, tasks::held_out_problem,
          [](auto& t) -> auto& { return t.task.held_out; }),
      field(
          choice("unit", "character", tasks::unit_names(), "what a symbol of task text is"), "", "",
          [](auto& t) -> auto& { return t.task.unit; }),
      of_text(
          text("vocabulary_file", "",
               "file with the symbols of task text, one a line, which then decides instead of vocabulary")
              .added_later(),
          {"unit"}, tasks::vocabulary_problem, [](auto& t) -> auto& { return t.task.vocabulary_file; }),
      field(
          choice(
              "windows", "random", {"random", "blocks"},
              "of task text: sequences to train on begin anywhere, or follow each other, each once an epoch")
              .added_later(),
          "", "", [](auto& t) -> auto& { return t.task.windows; }),
      field(
          integer("stride", 0,
                  "of task text: symbols between the beginnings of held-out sequences, which then cover all "
                  "of it, "
                  "each symbol judged once; 0: evaluation_batches of drawn ones")
              .range(0, 1 << 20)
              .added_later(),
          "", "", [](auto& t) -> auto& { return t.task.stride; }),
  };
}

// A window is a causal mask of less reach.
Field mask_field() {
  const auto read = [](Training& t, const Parameters& p) {
    const auto window = p.schema().find("window") ? static_cast<int>(p.integer("window")) : 0;
    t.config.model.mask = !p.flag("causal") ? Mask::none()
                          : window > 0      ? Mask::window(window)
                                            : Mask::causal();
  };
  return {by_task(boolean("causal", false, "attention looks back only"),
                  [](const auto& task) { return Value(task.causal); }),
          "model", "causal", read, [](const Training& t) { return Json(t.config.model.mask.looks_back()); }};
}

std::vector<Field> model_fields() {
  Field max_length = field(
      integer("max_length", "rows of the table of positions")
          .range(1, 1 << 20)
          .derived("length", [](const Parameters& p) { return Value(p.integer("length")); }),
      "model", "max_length", [](auto& t) -> auto& { return t.config.model.max_length; });
  max_length.write = [](const Training& t) {
    const nn::ModelConfig& m = t.config.model;
    return Json(m.max_length > 0 ? m.max_length : m.length);
  };
  return {
      field(
          size("dim", 32, "width of the residual stream"), "model", "dim",
          [](auto& t) -> auto& { return t.config.model.dim; }),
      field(
          size("heads", 1, "attention heads, each dim / heads wide"), "model", "heads",
          [](auto& t) -> auto& { return t.config.model.heads; }),
      field(
          integer("layers", 2, "blocks").range(0, 1024), "model", "layers",
          [](auto& t) -> auto& { return t.config.model.layers; }),
      field(
          integer("ffn", 0, "hidden width of the MLP; 0: no MLP").range(0, 1 << 20), "model", "ffn",
          [](auto& t) -> auto& { return t.config.model.ffn; }),
      field(
          boolean("skip", true, "residual connections"), "model", "skip",
          [](auto& t) -> auto& { return t.config.model.skip; }),
      field(
          choice_of<nn::NormKind>("norm", "pre", "where layer norm stands"), "model", "norm",
          [](auto& t) -> auto& { return t.config.model.norm; }),
      mask_field(),
      field(
          choice_of<nn::AttentionKind>("attention", "softmax", "how scores become weights"), "model",
          "attention", [](auto& t) -> auto& { return t.config.model.attention; }),
      field(
          choice_of<nn::PositionsKind>("positions", "learned", "how a position is told"), "model",
          "positions", [](auto& t) -> auto& { return t.config.model.positions; }),
      max_length,
      field(
          boolean("combined", false, "one matrix W_QK a head rather than W_q and W_k"), "model", "combined",
          [](auto& t) -> auto& { return t.config.model.combined; }),
      field(
          choice_of<nn::InitializationKind>("init.kind", "spectrum",
                                            "of W_QK: init.mean and init.variance prescribed, or "
                                            "entries of variance 1/dim; xavier and gpt2: of all weights"),
          "", "", [](auto& t) -> auto& { return t.config.initialization.kind; }),
      field(
          real("init.mean", 0.0, "mean of W_QK's eigenvalues").range(-1e6, 1e6), "", "",
          [](auto& t) -> auto& { return t.config.initialization.spectrum.mean; }),
      field(
          real("init.variance", 1.0, "variance of W_QK's eigenvalues").range(0, 1e6), "", "",
          [](auto& t) -> auto& { return t.config.initialization.spectrum.variance; }),
      field(
          real("init.input", 1.0,
               "variance of a coordinate of the first block's input; embedding and positions give half "
               "each")
              .range(0, 1e6)
              .added_later(),
          "", "", [](auto& t) -> auto& { return t.config.initialization.input_variance; }),
      field(
          boolean("init.common", false,
                  "initial parameters are drawn by seed and task alone, so that trials of other parameters "
                  "begin alike and differences between them are paired")
              .added_later(),
          "", "", [](auto& t) -> auto& { return t.common_draws; }),
  };
}

std::vector<Field> optimizer_fields() {
  Field kind = field(
      choice_of<nn::OptimizerKind>("optimizer", "adam", "how gradients become updates"), "optimizer", "name",
      [](auto& t) -> auto& { return t.config.optimizer.kind; });
  kind.read = [](Training& t, const Parameters& p) {
    t.config.optimizer = nn::defaults(chosen<nn::OptimizerKind>(p, "optimizer"));
  };
  Field steps = field(
      integer("steps", 300, "updates").range(0, 1e9), "schedule", "steps",
      [](auto& t) -> auto& { return t.config.steps; });
  steps.read = [](Training& t, const Parameters& p) {
    t.config.steps = p.count("steps");
    t.config.schedule.steps = p.integer("steps");
  };
  return {
      kind,
      field(
          real("lr", 3e-3, "learning rate").range(0, 1e6), "optimizer", "rate",
          [](auto& t) -> auto& { return t.config.optimizer.rate; }),
      steps,
      field(
          size("batch", 64, "sequences of a batch"), "task", "batch",
          [](auto& t) -> auto& { return t.task.batch; }),
      field(
          choice_of<nn::ScheduleKind>("schedule", "constant", "of the learning rate after the warm-up"),
          "schedule", "decay", [](auto& t) -> auto& { return t.config.schedule.decay; }),
      field(
          count("warmup", 0, "steps of linear rise of the learning rate"), "schedule", "warmup",
          [](auto& t) -> auto& { return t.config.schedule.warmup; }),
      derived("schedule", "last", [](const Training& t) { return t.config.schedule.last; }),
      field(
          real("clip", 0.0, "global norm to which gradients are scaled down; 0: never").range(0, 1e6),
          "optimizer", "clip", [](auto& t) -> auto& { return t.config.optimizer.clip; }),
      field(
          by_optimizer(real("weight_decay", "of the optimizer").range(0, 1e6),
                       &nn::OptimizerConfig::weight_decay),
          "optimizer", "weight_decay", [](auto& t) -> auto& { return t.config.optimizer.weight_decay; }),
      field(
          real("momentum", 0.9, "of momentum, nesterov and signum").range(0, 1), "optimizer", "momentum",
          [](auto& t) -> auto& { return t.config.optimizer.momentum; }),
      field(
          by_optimizer(real("beta1", "of adam, adamw and lion").range(0, 1), &nn::OptimizerConfig::beta1),
          "optimizer", "beta1", [](auto& t) -> auto& { return t.config.optimizer.beta1; }),
      field(
          by_optimizer(real("beta2", "of adam, adamw, lion and rmsprop").range(0, 1),
                       &nn::OptimizerConfig::beta2),
          "optimizer", "beta2", [](auto& t) -> auto& { return t.config.optimizer.beta2; }),
      field(
          real("power", 3.0, "p of mirror descent").above(1), "optimizer", "power",
          [](auto& t) -> auto& { return t.config.optimizer.power; }),
  };
}

std::vector<Field> regularizer_fields() {
  return {
      field(
          choice_of<nn::RegularizerKind>("regularizer", "none", "of the eigenspectrum"), "regularizer",
          "name", [](auto& t) -> auto& { return t.config.regularizer.kind; }),
      field(
          real("strength", 0.0, "of locater and weight_decay").range(0, 1e6), "regularizer", "strength",
          [](auto& t) -> auto& { return t.config.regularizer.strength; }),
      field(
          nn::trace_keeps, "keep", "init", "how locater keeps tr W_QK", "regularizer", "keep",
          [](auto& t) -> auto& { return t.config.regularizer.keep; }),
      field(
          nn::squares_kinds, "squares", "trace", "what locater penalizes: tr(W_QK^2) or tr(W_QK W_QK^T)",
          "regularizer", "squares", [](auto& t) -> auto& { return t.config.regularizer.squares; }),
  };
}

// The model that the file has is looked at before anything runs.
Field start_field() {
  Parameter file =
      text("init.from", "", "weights that a training has saved, to start from; empty: parameters are drawn")
          .added_later();
  file.file().content(shaping_parameters(), [](const Parameters& p) {
    Training training;
    read(training, p, shaping_parameters());
    return start_problem(training, p.text("init.from"));
  });
  return field(
      std::move(file), "", "", [](auto& t) -> auto& { return t.from; });
}

// Of the run, and what came later.
std::vector<Field> run_fields() {
  Field gate = field(
      nn::gates, "gate", "scalar", "of gated_linear: one gate a head, or one for each coordinate of its keys",
      "model", "gate", [](auto& t) -> auto& { return t.config.model.gate; });
  gate.parameter->added_later();
  Field save = field(
      savings, "save", "none",
      "parameters written to weights/ as .safetensors: those at the end, or those of every evaluation as "
      "well",
      "", "", [](auto& t) -> auto& { return t.saving; });
  save.parameter->aside();
  return {
      field(
          integer("evaluate_every", "steps between evaluations")
              .range(1, 1e9)
              .derived("steps / 20",
                       [](const Parameters& p) {
                         return Value(std::max<std::int64_t>(1, p.integer("steps") / 20));
                       }),
          "", "", [](auto& t) -> auto& { return t.config.evaluate_every; }),
      field(
          size("evaluation_batches", 4, "held-out batches of an evaluation"), "", "",
          [](auto& t) -> auto& { return t.config.evaluation_batches; }),
      field(
          count("patience", 0, "evaluations without a new lowest loss that end training; 0: none do"), "", "",
          [](auto& t) -> auto& { return t.config.patience; }),
      gate,
      field(
          real("residual_scale", 1.0, "factor of what attention and MLP add to the residual stream")
              .above(0)
              .added_later(),
          "model", "residual_scale", [](auto& t) -> auto& { return t.config.model.residual_scale; }),
      {integer("window", 0, "keys that a query of causal attention sees, its own included; 0: all so far")
           .range(0, 1 << 20)
           .added_later(),
       "model", "window", [](Training&, const Parameters&) {},  // read with `causal`
       [](const Training& t) {
         const Mask mask = t.config.model.mask;
         return Json(mask.kind() == Mask::Kind::window ? mask.extent() : 0);
       }},
      {labels(), "task", "labels",
       [](Training& t, const Parameters& p) { t.task.shuffled = p.text("labels") == "shuffled"; },
       [](const Training& t) { return Json(t.task.shuffled ? "shuffled" : "given"); }},
      start_field(),
      save,
  };
}

std::vector<Field> all_fields() {
  std::vector<Field> all;
  for (const auto& part : {task_fields(), model_fields(), optimizer_fields(), regularizer_fields(),
                           run_fields(), variant_fields()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::shared_ptr<const std::vector<Field>> fields() {
  static std::mutex mutex;
  static std::shared_ptr<const std::vector<Field>> made;
  static std::size_t additions = 0;
  const std::lock_guard lock(mutex);
  if (!made || additions != AnyRegistry::additions()) {
    additions = AnyRegistry::additions();
    made = std::make_shared<const std::vector<Field>>(all_fields());
  }
  return made;
}

Parameter labels() {
  return choice("labels", "given", {"given", "shuffled"},
                "targets: the task's, or these dealt out at random among all of a batch")
      .added_later();
}

Schema schema() {
  Schema schema;
  const auto all = fields();
  for (const Field& each : *all)
    if (each.parameter) schema.add(*each.parameter);
  add_own_parameters<tasks::TaskKind>(schema);
  add_own_parameters<nn::NormKind>(schema);
  add_own_parameters<nn::ActivationKind>(schema);
  add_own_parameters<nn::AttentionKind>(schema);
  add_own_parameters<nn::PositionsKind>(schema);
  add_own_parameters<nn::InitializationKind>(schema);
  add_own_parameters<nn::OptimizerKind>(schema);
  add_own_parameters<nn::ScheduleKind>(schema);
  add_own_parameters<nn::RegularizerKind>(schema);
  return schema;
}

void read(Training& into, const Parameters& p, const std::vector<std::string>& names) {
  const auto all = fields();
  for (const Field& each : *all) {
    if (!each.parameter || !p.schema().find(each.parameter->name)) continue;
    if (names.empty() || std::ranges::count(names, each.parameter->name) > 0) each.read(into, p);
  }
}

namespace {

// An entry's own parameters, under their names.
template <class E> void add_settings(Json& part, const Choice<E>& choice) {
  for (const auto& [name, value] : choice.settings())
    part[name] = std::visit([](const auto& each) { return Json(each); }, value);
}

}  // namespace

Json written(const Training& of) {
  const auto all = fields();
  Json json;
  for (const char* section : {"model", "task", "optimizer", "schedule", "regularizer"}) {
    Json& part = json[section] = Json::object();
    for (const Field& each : *all)
      if (each.section == section) part[each.written] = each.write(of);
  }
  const TrainConfig& config = of.config;
  add_settings(json["model"], config.model.norm);
  add_settings(json["model"], config.model.attention);
  add_settings(json["model"], config.model.positions);
  add_settings(json["model"], config.model.activation);
  add_settings(json["task"], of.task.kind);
  add_settings(json["optimizer"], config.optimizer.kind);
  add_settings(json["schedule"], config.schedule.decay);
  add_settings(json["regularizer"], config.regularizer.kind);
  return json;
}

}  // namespace qklab::train
