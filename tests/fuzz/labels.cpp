// libFuzzer: any bytes as texts of a figure. gnuplot must read each as the text to be shown, on one line of
// the script; on the page no text may overlap another or leave the page.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "core/base/value.hpp"
#include "core/chart/gnuplot/gnuplot.hpp"
#include "core/chart/layout.hpp"
#include "core/chart/text_fit.hpp"
#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"
#include "core/text/text_check.hpp"

using namespace qklab;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// The text that a string in single quotes means in gnuplot's language.
std::string unquoted(const std::string& quoted) {
  demand(quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'');
  std::string text;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\'') demand(++i + 1 < quoted.size() && quoted[i] == '\'');
    text += quoted[i];
  }
  return text;
}

// Starting gnuplot takes as long as thousands of other inputs, so only a few are chosen, always the same
// ones.
void ask_gnuplot(const std::string& text, const std::string& quoted) {
  if (hash_text(text) % 2048 != 0) return;
  const TemporaryFolder folder;
  write_file(folder.path + "/script", "set print 'said'\nprint " + quoted + "\nunset print\n");
  run_gnuplot(folder.path, "script");
  demand(read_file(folder.path + "/said") == clean_text(text) + "\n");
}

void check_quoted(const std::string& text) {
  const std::string quoted = gnuplot_quote(text), clean = clean_text(text);
  demand(unquoted(quoted) == clean);
  demand(!find_bad_character(quoted) && quoted.find_first_of("\n\r\t") == std::string::npos);
  demand(clean_text(clean) == clean);
  ask_gnuplot(text, quoted);
}

void check_page(const Page& page) {
  const Layout layout = lay_out(page);
  for (const PlacedText& placed : layout.texts) {
    const double length = text_width(placed.text, placed.size);
    const double before = placed.anchor == Anchor::left     ? 0
                          : placed.anchor == Anchor::center ? 0.5 * length
                                                            : length;
    const double from = placed.turned ? placed.y + before - length : placed.x - before;
    demand(from >= -0.01 && from + length <= (placed.turned ? layout.height : page_width) + 0.01);
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text)
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_quoted(text);
  std::vector<std::string> names;
  std::set<std::string> different;
  for (const std::string& line : lines_of(text)) {
    const std::string clean = clean_text(line);
    if (names.size() < 12 && different.insert(clean).second) names.push_back(clean);
  }
  const std::vector<std::string> cut = shortened(names, 60, small_size);
  demand(std::set<std::string>(cut.begin(), cut.end()).size() == names.size());
  Page page;
  page.title = page.xlabel = page.ylabel = page.legend_title = names.front();
  page.x = page.y = category_scale(names);
  for (const std::string& name : names) page.legend.push_back({name, {}, Mark::line});
  for (const std::string& name : names) page.panels.push_back({name, {}});
  check_page(page);
  return 0;
}
