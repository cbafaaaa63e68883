#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <numeric>

#include "core/cli/bench/benchmark.hpp"
#include "core/run/usable_cores.hpp"

namespace qklab {

Measurement over_threads(std::string name, const std::function<void()>& work) {
  std::vector<int> threads(usable_cores());
  std::iota(threads.begin(), threads.end(), 1);
  std::vector<std::vector<double>> seconds(threads.size());
  for (int round = 0; round < 11; ++round) {
    for (std::size_t i = 0; i < threads.size(); ++i) {
      tbb::task_arena arena(threads[i]);
      seconds[i].push_back(arena.execute([&] { return seconds_of(work); }));
    }
  }
  std::string text;
  std::vector<double> speedup;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    std::vector<double> ratio;
    for (std::size_t round = 0; round < seconds[i].size(); ++round)
      ratio.push_back(seconds[0][round] / seconds[i][round]);
    const Spread s = spread(ratio);
    speedup.push_back(s.median);
    text += fmt::format("{}{}: {:.2f} times as fast ({:.2f} to {:.2f})", i ? "; " : "", threads[i], s.median,
                        s.low, s.high);
  }
  return {std::move(name), text, {{"threads", threads}, {"speedup", speedup}}};
}

}  // namespace qklab
