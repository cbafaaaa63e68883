#include "core/chart/child.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "core/text/decimal.hpp"

namespace qklab {
namespace {

bool is_of_the_user(std::string_view variable) {
  constexpr std::string_view names[] = {"GNUTERM=", "GNUHELP=", "GDFONTPATH=",      "LANG=",    "LANGUAGE=",
                                        "TZ=",      "DISPLAY=", "WAYLAND_DISPLAY=", "COLUMNS=", "LINES="};
  constexpr std::string_view beginnings[] = {"GNUPLOT_", "FIT_", "LC_", "PANGO", "CAIRO_"};
  for (const std::string_view name : names)
    if (variable.starts_with(name)) return true;
  for (const std::string_view beginning : beginnings)
    if (variable.starts_with(beginning)) return true;
  return false;
}

}  // namespace

std::chrono::seconds child_limit() {
  constexpr std::int64_t usual = 300, most = 1'000'000'000;
  const char* const set = std::getenv("QKLAB_DRAWING_SECONDS");
  const auto seconds = set ? parse_whole(set) : std::nullopt;
  return std::chrono::seconds(seconds && *seconds > 0 ? std::min(*seconds, most) : usual);
}

// CAIRO_DEBUG_PDF: cairo 1.18 and later would compress a PDF's date of creation, where draw.cpp cannot find
// it and two files of one figure would differ. Without this compression a file is larger.
ProcessEnd run_child(const std::vector<std::string>& command, const std::string& folder) {
  return run_process({command,
                      environment_without(is_of_the_user, {"LC_ALL=C.UTF-8", "TZ=UTC", "GNUTERM=unknown",
                                                           "CAIRO_DEBUG_PDF=1"}),
                      folder, child_limit()});
}

}  // namespace qklab
