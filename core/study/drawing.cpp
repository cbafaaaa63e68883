#include "core/study/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/system/file.hpp"

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

}  // namespace

DrawnFigures draw_figures(const Loaded& loaded, const Results& results, const std::string& directory,
                          const FigureRecord& known, const Tell& tell) {
  make_directories(directory + "/figures");
  for (const auto& [name, source] : known.sources)
    if (!has_figure(loaded, name)) remove_figure(name, directory);
  DrawnFigures drawn;
  for (const Figure& figure : loaded.figures) {
    const auto before = known.sources.find(figure.name);
    try {
      const std::string source = before == known.sources.end() ? "" : before->second;
      Drawn now = draw(figure, results, directory, source, known.pictures);
      for (const std::string& remark : now.remarks) tell(remark);
      drawn.record.sources.emplace(figure.name, std::move(now.source));
      drawn.record.pictures.merge(now.pictures);
    } catch (const InputError&) {
      throw;
    } catch (const Error& error) {
      ++drawn.undrawn;
      drawn.record.sources.emplace(figure.name, "");
      drawn.record.pictures.merge(pictures_of(figure.name, directory));  // those that the failed draw left
      tell(error.what());
    }
  }
  if (drawn.undrawn > 0)
    tell(fmt::format("{} of {} figures could not be drawn, see above", drawn.undrawn, loaded.figures.size()));
  tell_strays(loaded, directory, tell);
  return drawn;
}

}  // namespace qklab
