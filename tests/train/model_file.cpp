#include "core/train/model_file.hpp"

#include <doctest/doctest.h>

#include "core/base/error.hpp"
#include "core/nn/parameters.hpp"
#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"
#include "core/weights/layouts/model_weights.hpp"
#include "core/weights/safetensors.hpp"
#include "tests/train/support.hpp"

using namespace qklab;
using namespace qklab::train;

namespace {

struct Saved : TemporaryFolder {
  std::string file = path + "/model.safetensors";
  explicit Saved(Trainer& trainer, std::size_t step = 0) { write_file(file, model_bytes(trainer, step)); }
};

std::string message_of(Trainer& trainer, const std::string& file) {
  try {
    start_from(trainer, file);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a model that is written and read again has the same parameters, to the bit") {
  for (const auto& each : {std::pair("plain", nn::Reparametrization::none),
                           {"sigma", nn::Reparametrization::sigma},
                           {"tame", nn::Reparametrization::tame}}) {
    TrainConfig config = small_config();
    config.model.reparametrization = each.second;
    Run a(config, small_task(), 1), b(config, small_task(), 2);
    for (std::size_t step = 0; step < 3; ++step) a.trainer.gradients(step), a.trainer.update(step);
    const Saved saved(a.trainer, 3);
    CHECK(numbers(a.trainer) != numbers(b.trainer));
    start_from(b.trainer, saved.file);
    CHECK_MESSAGE(numbers(a.trainer) == numbers(b.trainer), each.first);
    CHECK(model_bytes(a.trainer, 3) == model_bytes(b.trainer, 3));
  }
}

TEST_CASE("the spectra of a written model are those that the training reports") {
  for (const bool combined : {false, true}) {
    for (const auto value :
         {nn::Reparametrization::none, nn::Reparametrization::sigma, nn::Reparametrization::tame}) {
      TrainConfig config = small_config();
      config.model.reparametrization = value;
      config.model.combined = combined;
      Run run(config);
      for (std::size_t step = 0; step < 3; ++step) run.trainer.gradients(step), run.trainer.update(step);
      run.trainer.evaluate();
      const nn::ModelReport report = run.trainer.diagnose();
      const Saved saved(run.trainer);
      const weights::ModelWeights model({.file = saved.file});
      CHECK(model.layout() == "qklab");
      CHECK(model.heads() == 2);
      for (int layer = 0; layer < 2; ++layer) {
        for (int head = 0; head < 2; ++head) {
          const weights::HeadWeights read = model.head(layer, head, false);
          const SpectrumStatistics ours = read.is_combined()
                                              ? spectrum_statistics(read.query)
                                              : spectrum_statistics(Factors{read.query, read.key});
          const SpectrumStatistics& own =
              report.layers[static_cast<std::size_t>(layer)].heads[static_cast<std::size_t>(head)].spectrum;
          CHECK(std::abs(ours.mean - own.mean) <= 1e-6);
          CHECK(std::abs(ours.variance - own.variance) <= 1e-6 * std::max(1.0, std::abs(own.variance)));
          CHECK(std::abs(ours.frobenius_variance - own.frobenius_variance) <=
                1e-6 * std::max(1.0, own.frobenius_variance));
          CHECK(std::abs(ours.spectral_norm - own.spectral_norm) <= 1e-6 * std::max(1.0, own.spectral_norm));
        }
      }
    }
  }
}

TEST_CASE(
    "rows of tokens and positions are matched; what is new keeps its draws, what is too much is left out") {
  tasks::TaskConfig more = small_task(), fewer = small_task();
  more.vocabulary = 7, more.length = 9;
  fewer.vocabulary = 3, fewer.length = 5;
  Run a(small_config(), small_task(), 1);
  const Saved saved(a.trainer);
  for (const tasks::TaskConfig& task : {more, fewer}) {
    Run b(small_config(), task, 2);
    for (const char* name :
         {"embedding.weight", "position.weight", "head.weight", "blocks.1.attn.q.weight"}) {
      const auto then = nn::parameter_named(a.trainer.tape(), name).value();
      Run c(small_config(), task, 2);
      const auto drawn = nn::parameter_named(c.trainer.tape(), name).value();
      start_from(b.trainer, saved.file);
      const auto now = nn::parameter_named(b.trainer.tape(), name).value();
      for (std::size_t i = 0; i < now.size(); ++i) CHECK(now[i] == (i < then.size() ? then[i] : drawn[i]));
    }
  }
}

TEST_CASE("LocAteR keeps the trace that the training started from") {
  TrainConfig config = small_config();
  config.regularizer.kind = "locater";
  config.regularizer.strength = 0.1;
  TrainConfig other = small_config();
  other.initialization.spectrum = Spectrum{2, 1};
  Run a(other), b(config);
  const Saved saved(a.trainer);
  start_from(b.trainer, saved.file);
  b.trainer.gradients(0);
  b.trainer.update(0);
  CHECK(std::abs(b.trainer.model().layers[0].attention.head(0).trace() - 2 * 4) < 1e-4);
}

TEST_CASE("a file of another model, or of another program, is told") {
  Run a;
  const Saved saved(a.trainer);
  TrainConfig wider = small_config(), deeper = small_config(), bare = small_config();
  wider.model.dim = 16;
  deeper.model.layers = 3;
  bare.model.layers = 1;
  Run b(wider), c(deeper), d(bare);
  CHECK(contains(message_of(b.trainer, saved.file), "'embedding.weight' (4, 8): expected (4, 16)"));
  CHECK(contains(message_of(c.trainer, saved.file), "has no array 'blocks.2.ln1.weight'"));
  CHECK(contains(message_of(d.trainer, saved.file),
                 "'blocks.1.attn.k.weight' (8, 8): the model has no such array"));
  write_file(saved.file, weights::safetensors_bytes({}, {}));
  CHECK(contains(message_of(a.trainer, saved.file), "is no model of this program"));
}
