#include "core/cli/figures.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/base/file.hpp"
#include "core/cli/terminal.hpp"

namespace qklab {

std::size_t draw_figures(const Loaded& loaded, const Results& results, const std::string& directory) {
  make_directories(directory + "/figures");
  std::size_t undrawn = 0;
  for (const Figure& figure : loaded.figures) {
    try {
      for (const std::string& remark : draw(figure, results, directory)) say(stderr, "{}\n", remark);
    } catch (const InputError&) {
      throw;
    } catch (const Error& error) {
      ++undrawn;
      say(stderr, "{}\n", error.what());
      for (const char* suffix : {"csv", "svg", "pdf", "png"})
        std::filesystem::remove(fmt::format("{}/figures/{}.{}", directory, figure.name, suffix));
    }
  }
  if (undrawn > 0)
    say(stderr, "{} of {} figures could not be drawn, see above\n", undrawn, loaded.figures.size());
  return undrawn;
}

}  // namespace qklab
