#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include "core/base/sha256.hpp"
#include "core/chart/gnuplot/back_end.hpp"
#include "core/figures/plot_kind.hpp"
#include "core/system/file.hpp"

namespace qklab {
namespace {

const BackEnd& back_end() { return gnuplot(); }

std::vector<std::string> suffixes() {
  std::vector<std::string> all = back_end().formats();
  all.insert(all.begin(), "csv");
  return all;
}

// Tries one part of a figure. What is there of an earlier time does not outlive a failure.
void try_part(const std::filesystem::path& file, std::string& failures, const std::function<void()>& part) {
  try {
    part();
  } catch (const std::exception& error) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    const std::string why = error.what();
    if (failures.find(why) != std::string::npos) return;  // all three formats have the same trouble
    failures += fmt::format("{}{}: {}", failures.empty() ? "" : "\n", file.extension().string(), why);
  }
}

std::vector<std::string> remarks_on(const Figure& figure, const FigureData& data) {
  std::vector<std::string> remarks;
  const auto remark = [&](std::size_t count, const char* what) {
    if (count)
      remarks.push_back(fmt::format("figure '{}': {} {} trial{} left out", figure.name, count, what,
                                    count == 1 ? "" : "s"));
  };
  remark(data.failed, "failed");
  remark(data.diverged, "diverged");
  remark(data.pruned, "pruned");
  return remarks;
}

}  // namespace

void remove_figure(const std::string& name, const std::string& directory) {
  for (const std::string& suffix : suffixes()) {
    std::error_code ignored;
    std::filesystem::remove(fmt::format("{}/figures/{}.{}", directory, name, suffix), ignored);
  }
}

bool figure_is_there(const std::string& name, const std::string& directory) {
  return std::ranges::all_of(suffixes(), [&](const std::string& suffix) {
    return std::filesystem::exists(fmt::format("{}/figures/{}.{}", directory, name, suffix));
  });
}

Pictures pictures_of(const std::string& figure, const std::string& directory) {
  Pictures pictures;
  for (const std::string& format : back_end().formats()) {
    const std::string name = fmt::format("{}.{}", figure, format);
    const std::string file = fmt::format("{}/figures/{}", directory, name);
    if (std::filesystem::is_regular_file(file)) pictures.emplace(name, sha256(read_file(file)));
  }
  return pictures;
}

Drawn draw(const Figure& figure, const Results& results, const std::string& directory,
           const std::string& known, const Pictures& pictures) {
  const std::filesystem::path folder = std::filesystem::path(directory) / "figures";
  make_directories(folder.string());
  FigureData data;
  Page page;
  std::string csv;
  try {
    data = figure_data(figure, results);
    page = figure.plot->page(figure, *results.experiment, data);
    csv = figure_csv(figure, *results.experiment, data);
  } catch (const Error&) {
    remove_figure(figure.name, directory);
    throw;
  }
  const std::string sources = csv + back_end().source(page, figure.name);
  Drawn drawn{trial_name(hash_text(sources)), pictures_of(figure.name, directory), remarks_on(figure, data)};
  const bool as_drawn = std::ranges::includes(pictures, drawn.pictures);
  if (drawn.source == known && as_drawn && figure_is_there(figure.name, directory) &&
      read_file((folder / (figure.name + ".csv")).string()) == csv)
    return drawn;

  std::string failures;
  const auto file = [&](const std::string& suffix) { return folder / (figure.name + "." + suffix); };
  try_part(file("csv"), failures, [&] { write_file(file("csv").string(), csv); });
  for (const std::string& format : back_end().formats())
    try_part(file(format), failures, [&] { back_end().draw(page, format, folder, figure.name); });
  if (!failures.empty()) throw Error(fmt::format("figure '{}': {}", figure.name, failures));
  drawn.pictures = pictures_of(figure.name, directory);
  return drawn;
}

}  // namespace qklab
