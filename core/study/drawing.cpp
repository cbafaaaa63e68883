#include "core/study/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>

#include "core/run/usable_cores.hpp"
#include "core/system/file.hpp"
#include "core/system/threads.hpp"

namespace qklab {
namespace {

namespace fs = std::filesystem;

bool has_figure(const Loaded& loaded, const std::string& name) {
  return std::any_of(loaded.figures.begin(), loaded.figures.end(),
                     [&](const Figure& figure) { return figure.name == name; });
}

// Reports files that look like results of this config and are not.
void tell_strays(const Loaded& loaded, const std::string& directory, const Tell& tell) {
  std::vector<std::string> strays;
  for (const auto& entry : fs::directory_iterator(directory + "/figures")) {
    const std::string name = entry.path().filename().string();
    const bool is_draft = name.starts_with('.') && name.find(".draft.") != std::string::npos;
    if (is_draft) {  // left by a run that was killed
      std::error_code ignored;
      fs::remove(entry.path(), ignored);
    } else if (!has_figure(loaded, entry.path().stem().string())) {
      strays.push_back(entry.path().string());
    }
  }
  std::sort(strays.begin(), strays.end());
  for (const std::string& stray : strays) tell(fmt::format("{}: belongs to no figure of the config", stray));
}

// What came of a figure: drawn, or what went wrong.
struct Attempt {
  Drawn drawn;
  std::exception_ptr error;
};

// Figures do not depend on each other, and most of their time passes in programs of their own: as many are drawn at a
// time as there may be processes at work.
std::vector<Attempt> attempt_all(const std::vector<Figure>& figures, const Results& results,
                                 const std::string& directory, const FigureRecord& known) {
  std::vector<Attempt> attempts(figures.size());
  std::atomic<std::size_t> next = 0;
  const auto lanes = static_cast<int>(std::min(figures.size(), usable_cores()));
  share(lanes, 1, [&](int, int) {
    for (std::size_t i = next++; i < figures.size(); i = next++) {
      const auto before = known.sources.find(figures[i].name);
      const std::string source = before == known.sources.end() ? "" : before->second;
      try {
        attempts[i].drawn = draw(figures[i], results, directory, source, known.pictures);
      } catch (...) {
        attempts[i].error = std::current_exception();
      }
    }
  });
  return attempts;
}

}  // namespace

DrawnFigures draw_figures(const Loaded& loaded, const Results& results, const std::string& directory,
                          const FigureRecord& known, const Tell& tell) {
  make_directories(directory + "/figures");
  for (const auto& [name, source] : known.sources)
    if (!has_figure(loaded, name)) remove_figure(name, directory);
  DrawnFigures drawn;
  std::vector<Attempt> attempts = attempt_all(loaded.figures, results, directory, known);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const std::string& name = loaded.figures[i].name;
    try {
      if (attempts[i].error) std::rethrow_exception(attempts[i].error);
      Drawn& now = attempts[i].drawn;
      for (const std::string& remark : now.remarks) tell(remark);
      drawn.record.sources.emplace(name, std::move(now.source));
      drawn.record.pictures.merge(now.pictures);
    } catch (const InputError&) {
      throw;
    } catch (const Error& error) {
      ++drawn.undrawn;
      drawn.record.sources.emplace(name, "");
      drawn.record.pictures.merge(pictures_of(name, directory));  // those that the failed draw left
      tell(error.what());
    }
  }
  if (drawn.undrawn > 0)
    tell(fmt::format("{} of {} figures could not be drawn, see above", drawn.undrawn, loaded.figures.size()));
  tell_strays(loaded, directory, tell);
  return drawn;
}

}  // namespace qklab
