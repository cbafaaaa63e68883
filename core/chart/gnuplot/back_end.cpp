#include "core/chart/gnuplot/back_end.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/error.hpp"
#include "core/chart/gnuplot/gnuplot.hpp"
#include "core/chart/gnuplot/script.hpp"
#include "core/system/file.hpp"

namespace qklab {
namespace {

struct Format {
  Terminal terminal;
  const char* suffix;
  std::string_view end;  // of a whole file
};
constexpr std::array<Format, 3> all_formats = {
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
    std::filesystem::remove(path("gp"), ignored);
    for (const Format& format : all_formats) std::filesystem::remove(path(format.suffix), ignored);
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

class Gnuplot final : public BackEnd {
 public:
  std::vector<std::string> formats() const override {
    std::vector<std::string> suffixes;
    for (const Format& format : all_formats) suffixes.emplace_back(format.suffix);
    return suffixes;
  }

  std::string source(const Page& page, const std::string& name) const override {
    return page_script(page, Terminal::svg, name);
  }

  void draw(const Page& page, const std::string& suffix, const std::filesystem::path& folder,
            const std::string& name) const override {
    const Format& format = *std::ranges::find(all_formats, suffix, &Format::suffix);
    const Draft draft(folder, name);
    write_file(draft.path("gp").string(), page_script(page, format.terminal, draft.name(suffix)));
    run_gnuplot(folder.string(), draft.name("gp"));
    check_whole(draft.path(suffix), format.end);
    if (format.terminal == Terminal::pdf) remove_date(draft.path(suffix).string());
    std::filesystem::rename(draft.path(suffix), folder / (name + "." + suffix));
  }
};

}  // namespace

const BackEnd& gnuplot() {
  static const Gnuplot back_end;
  return back_end;
}

}  // namespace qklab
