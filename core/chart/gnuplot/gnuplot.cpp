#include "core/chart/gnuplot/gnuplot.hpp"

#include <fmt/format.h>

#include <cstring>

#include "core/base/error.hpp"
#include "core/chart/child.hpp"
#include "core/chart/text_fit.hpp"

namespace qklab {

std::string gnuplot_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : clean_text(text)) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

void run_gnuplot(const std::string& folder, const std::string& script) {
  const ProcessEnd end = run_child({"gnuplot", "-d", script}, folder);
  if (end.failure != 0) {
    throw Error(fmt::format("gnuplot can't be started ({}); figures need it: apt-get install gnuplot-nox",
                            std::strerror(end.failure)));
  }
  if (end.overdue) {
    throw Error(
        fmt::format("gnuplot had not ended after {} s and was killed; QKLAB_DRAWING_SECONDS=N allows it N",
                    child_limit().count()));
  }
  if (!end.well()) {
    const std::string how =
        end.signal != 0 ? fmt::format("killed by signal {}", end.signal) : fmt::format("exit {}", end.code);
    throw Error(
        fmt::format("gnuplot failed ({}): {}", how, end.errors.empty() ? "it said nothing" : end.errors));
  }
}

}  // namespace qklab
