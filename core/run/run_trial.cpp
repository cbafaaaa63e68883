// Runs one trial, and the parallel loops within it.
#include <chrono>

#include "core/run/scheduler.hpp"
#include "core/system/threads.hpp"
#include "core/text/text_check.hpp"

// Declared here, since OpenBLAS's own header conflicts with those of other BLAS packages.
extern "C" void openblas_set_num_threads(int count);

namespace qklab {

void Trial::parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) const {
  share(static_cast<int>(n), 1, [&](int begin, int end) {
    for (int i = begin; i < end; ++i) {
      check();
      body(static_cast<std::size_t>(i));
    }
  });
}

Result run_trial(const Experiment& experiment, const TrialSpec& spec, const std::atomic<bool>& stop,
                 Checkpoint* checkpoint, std::optional<std::uint64_t> stop_at, TrialProgress* progress,
                 const TrialFiles* files) {
  // qklab itself distributes the cores, and a product that is split among threads is rounded differently.
  [[maybe_unused]] static const bool single = (openblas_set_num_threads(1), true);

  const auto begin = std::chrono::steady_clock::now();
  Result result(experiment);
  const auto fail = [&](std::string why) {
    result = Result(experiment);
    result.status = Status::failed;
    result.message = std::move(why);
  };
  try {
    experiment.run(Trial(spec.params, spec.id, stop, checkpoint, stop_at, progress, files), result);
  } catch (const Cancelled&) {
    if (stop) throw;
    fail("gave up as if asked to stop, though nobody asked");
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("unknown exception");
  }
  // The message of an exception may contain file names that are not text.
  if (!result.message.empty()) result.message = readable(result.message);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace qklab
