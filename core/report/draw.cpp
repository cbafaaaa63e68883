#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "core/base/file.hpp"
#include "core/report/gnuplot.hpp"
#include "core/report/plots.hpp"

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
};
constexpr std::array<Format, 3> formats = {
    {{Terminal::svg, "svg"}, {Terminal::pdf, "pdf"}, {Terminal::png, "png"}}};

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

}  // namespace

std::vector<std::string> draw(const Figure& figure, const Results& results, const std::string& directory) {
  const FigureData data = figure_data(figure, results);
  const Page page = page_of(figure, *results.experiment, data);
  // Absolute: gnuplot would take a name that starts with | for a command.
  const std::filesystem::path folder = std::filesystem::absolute(directory) / "figures";
  make_directories(folder.string());
  write_file((folder / (figure.name + ".csv")).string(), figure_csv(figure, *results.experiment, data));

  const std::string draft = (folder / ("." + figure.name + ".draft.")).string();
  std::string script;
  for (const Format& format : formats)
    script += page_script(page, format.terminal, draft + format.suffix) + "reset\n";
  write_file(draft + "gp", script);
  run_gnuplot(draft + "gp");
  std::filesystem::remove(draft + "gp");
  remove_date(draft + "pdf");
  for (const Format& format : formats) {
    std::filesystem::rename(draft + format.suffix, folder / (figure.name + "." + format.suffix));
  }
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

}  // namespace qklab
