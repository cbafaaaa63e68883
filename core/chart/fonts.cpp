#include "core/chart/fonts.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/chart/child.hpp"
#include "core/text/text_check.hpp"

namespace qklab {
namespace {

// Whether one font has all of them; nothing where that can't be found out.
std::optional<bool> one_font_has(const std::set<std::uint32_t>& codes) {
  std::string pattern = ":scalable=true:charset=";
  for (const std::uint32_t code : codes) pattern += fmt::format("{:x} ", code);
  pattern.pop_back();
  const ProcessEnd end = run_child({"fc-list", "--format", "%{fontformat}\n", pattern}, "");
  if (!end.well()) return std::nullopt;
  // Pango draws by no others.
  return end.output.find("TrueType") != std::string::npos || end.output.find("CFF") != std::string::npos;
}

class Fonts {
 public:
  Fonts() {
    if (one_font_has({'A', 'z', '0', '?'}) == false)
      throw Error(
          "no font is installed that has letters; figures need one: apt-get install fonts-dejavu-core");
  }

  // Asks about all that are new at once, and about each by itself only where no font has them all.
  void learn(const std::set<std::uint32_t>& codes) {
    const std::lock_guard lock(mutex_);
    std::set<std::uint32_t> unknown;
    for (const std::uint32_t code : codes)
      if (!known_.contains(code)) unknown.insert(code);
    if (unknown.empty()) return;
    const std::optional<bool> all = one_font_has(unknown);
    for (const std::uint32_t code : unknown) {
      constexpr std::uint32_t common = 0x2500;  // letters, signs and arrows come before it
      known_[code] = !all                          ? code < common
                     : *all || unknown.size() == 1 ? *all
                                                   : one_font_has({code}).value_or(false);
    }
  }

  bool has(std::uint32_t code) {
    const std::lock_guard lock(mutex_);
    return known_.at(code);
  }

 private:
  std::mutex mutex_;  // figures are drawn side by side
  std::map<std::uint32_t, bool> known_;
};

}  // namespace

std::string drawable_text(const std::string& text) {
  static Fonts fonts;
  std::set<std::uint32_t> beyond_ascii;
  const std::vector<std::string_view> all = characters(text);
  for (const std::string_view character : all)
    if (code_point(character) >= 0x80) beyond_ascii.insert(code_point(character));
  fonts.learn(beyond_ascii);
  std::string result;
  for (const std::string_view character : all) {
    if (code_point(character) < 0x80 || fonts.has(code_point(character)))
      result += character;
    else
      result += '?';
  }
  return result;
}

}  // namespace qklab
