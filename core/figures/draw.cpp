#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/sha256.hpp"
#include "core/chart/gnuplot.hpp"
#include "core/figures/plots.hpp"
#include "core/system/file.hpp"

namespace qklab {
namespace {

Page page_of(const Figure& figure, const Experiment& experiment, const FigureData& data) {
  switch (figure.plot) {
    case Plot::band:
      return band_page(figure, experiment, data);
    case Plot::heatmap:
      return heatmap_page(figure, experiment, data);
    case Plot::trajectory:
      return trajectory_page(figure, experiment, data);
    default:
      return line_page(figure, experiment, data);
  }
}

struct Format {
  Terminal terminal;
  const char* suffix;
  std::string_view end;  // of a whole file
};
constexpr std::array<Format, 3> formats = {
    {{Terminal::svg, "svg", "</svg>"},
     {Terminal::pdf, "pdf", "%%EOF"},
     {Terminal::png, "png", std::string_view("IEND\xae\x42\x60\x82", 8)}}};

// The date of creation, the one thing in the file that differs between runs. Same length, so that the
// file's table of offsets stays right.
void remove_date(const std::string& pdf_file) {
  std::string pdf = read_file(pdf_file);
  const std::string key = "/CreationDate (D:";
  const std::size_t found = pdf.find(key);
  if (found == std::string::npos) return;
  for (std::size_t i = found + key.size(); i < pdf.size() && pdf[i] >= '0' && pdf[i] <= '9'; ++i) {
    pdf[i] = "20000101000000"[i - found - key.size()];
  }
  write_file(pdf_file, pdf);
}

// gnuplot's exit code says nothing of a disk that is full.
void check_whole(const std::filesystem::path& file, std::string_view end) {
  constexpr std::size_t behind = 16;  // a line end or so
  const std::string all = std::filesystem::exists(file) ? read_file(file.string()) : "";
  const std::size_t from = all.size() > end.size() + behind ? all.size() - end.size() - behind : 0;
  if (all.find(end, from) == std::string::npos) throw Error("gnuplot wrote no whole file: is the disk full?");
}

// Files of a figure that are being made, gone at the end whatever happens.
class Draft {
 public:
  Draft(std::filesystem::path folder, const std::string& figure)
      : folder_(std::move(folder)), name_("." + figure + ".draft.") {}
  ~Draft() {
    std::error_code ignored;
    for (const char* suffix : {"gp", "svg", "pdf", "png"}) std::filesystem::remove(path(suffix), ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // Figures' names are letters, digits, . _ and -, so these need no quoting anywhere; the folder's may be any
  // bytes, and no script has it.
  std::string name(const std::string& suffix) const { return name_ + suffix; }
  std::filesystem::path path(const std::string& suffix) const { return folder_ / name(suffix); }

 private:
  std::filesystem::path folder_;
  std::string name_;
};

void make(const Page& page, const Format& format, const std::filesystem::path& folder,
          const std::string& figure) {
  const Draft draft(folder, figure);
  write_file(draft.path("gp").string(), page_script(page, format.terminal, draft.name(format.suffix)));
  run_gnuplot(folder.string(), draft.name("gp"));
  check_whole(draft.path(format.suffix), format.end);
  if (format.terminal == Terminal::pdf) remove_date(draft.path(format.suffix).string());
  std::filesystem::rename(draft.path(format.suffix), folder / (figure + "." + format.suffix));
}

constexpr std::array<const char*, 4> suffixes = {"csv", "svg", "pdf", "png"};

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
  for (const char* suffix : suffixes) {
    std::error_code ignored;
    std::filesystem::remove(fmt::format("{}/figures/{}.{}", directory, name, suffix), ignored);
  }
}

bool figure_is_there(const std::string& name, const std::string& directory) {
  return std::all_of(suffixes.begin(), suffixes.end(), [&](const char* suffix) {
    return std::filesystem::exists(fmt::format("{}/figures/{}.{}", directory, name, suffix));
  });
}

Pictures pictures_of(const std::string& figure, const std::string& directory) {
  Pictures pictures;
  for (const Format& format : formats) {
    const std::string name = fmt::format("{}.{}", figure, format.suffix);
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
    page = page_of(figure, *results.experiment, data);
    csv = figure_csv(figure, *results.experiment, data);
  } catch (const Error&) {
    remove_figure(figure.name, directory);
    throw;
  }
  const std::string sources = csv + page_script(page, Terminal::svg, figure.name);
  Drawn drawn{trial_name(hash_text(sources)), pictures_of(figure.name, directory), remarks_on(figure, data)};
  const bool as_drawn = std::ranges::includes(pictures, drawn.pictures);
  if (drawn.source == known && as_drawn && figure_is_there(figure.name, directory) &&
      read_file((folder / (figure.name + ".csv")).string()) == csv)
    return drawn;

  std::string failures;
  const auto file = [&](const std::string& suffix) { return folder / (figure.name + "." + suffix); };
  try_part(file("csv"), failures, [&] { write_file(file("csv").string(), csv); });
  for (const Format& format : formats)
    try_part(file(format.suffix), failures, [&] { make(page, format, folder, figure.name); });
  if (!failures.empty()) throw Error(fmt::format("figure '{}': {}", figure.name, failures));
  drawn.pictures = pictures_of(figure.name, directory);
  return drawn;
}

}  // namespace qklab
