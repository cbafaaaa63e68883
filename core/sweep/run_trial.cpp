// Running one trial, and the loops within it.
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <chrono>

#include "core/base/handover.hpp"
#include "core/sweep/scheduler.hpp"

// Declared here since OpenBLAS's own header clashes with that of other BLAS packages.
extern "C" void openblas_set_num_threads(int count);

namespace qklab {

void Trial::parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) const {
  Handover begun, done;
  begun.give();
  const TakeAtEnd taken{done};  // by way of an exception, too
  // Isolated: a thread that waits here for the loop's end must not begin another trial meanwhile.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) QKLAB_HANDED_OVER {
      begun.take();
      const GiveAtEnd given{done};
      check();
      body(i);
    });
  });
}

Result run_trial(const Experiment& experiment, const TrialSpec& spec, const std::atomic<bool>& stop,
                 Checkpoint* checkpoint, std::optional<std::uint64_t> stop_at) {
  // The cores are ours to share out, and how a product is split among threads changes its rounding.
  [[maybe_unused]] static const bool single = (openblas_set_num_threads(1), true);

  const auto begin = std::chrono::steady_clock::now();
  Result result(experiment);
  const auto fail = [&](std::string why) {
    result = Result(experiment);
    result.status = Status::failed;
    result.message = std::move(why);
  };
  try {
    experiment.run(Trial(spec.params, spec.id, stop, checkpoint, stop_at), result);
  } catch (const Cancelled&) {
    if (stop) throw;
    fail("gave up as if asked to stop, though nobody asked");
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("unknown exception");
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace qklab
