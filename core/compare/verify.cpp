#include "core/compare/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "core/base/sha256.hpp"
#include "core/claims/claim.hpp"
#include "core/claims/claims_json.hpp"
#include "core/confirm/confirming_run.hpp"
#include "core/directory/loaded.hpp"
#include "core/directory/manifest.hpp"
#include "core/export/csv.hpp"
#include "core/figures/figure.hpp"
#include "core/system/file.hpp"
#include "core/system/temporary_folder.hpp"

namespace qklab {
namespace {

// Another processor or mathematics library rounds the last digits of means and intervals differently.
constexpr double rounding = 1e-9;   // relative
constexpr double smallest = 1e-15;  // for sums that cancel almost completely

bool same_number(const std::string& a, const std::string& b) {
  const auto x = parse_real(a), y = parse_real(b);
  return x && y && std::abs(*x - *y) <= rounding * std::max(std::abs(*x), std::abs(*y)) + smallest;
}

// The longest text at `at` made of characters that may belong to a number.
std::string number_at(const std::string& text, std::size_t at) {
  const std::size_t end = text.find_first_not_of("+-.0123456789e", at);
  return text.substr(at, end == std::string::npos ? end : end - at);
}

// Whether two lines are equal except for the rounding of numbers.
bool same_line(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const std::string left = number_at(a, i), right = number_at(b, j);
    if (left == right || same_number(left, right)) {
      if (left.empty() && a[i] != b[j]) return false;
      i += std::max<std::size_t>(left.size(), 1);
      j += std::max<std::size_t>(right.size(), 1);
    } else {
      return false;
    }
  }
  return i == a.size() && j == b.size();
}

void compare(const std::string& path, const std::string& expected, std::vector<std::string>& differences) {
  if (!std::filesystem::exists(path)) {
    differences.push_back(fmt::format("{}: missing", path));
    return;
  }
  const std::string stored = read_file(path);
  if (stored == expected) return;
  std::istringstream old_lines(stored), new_lines(expected);
  std::string old_line, new_line;
  for (std::size_t line = 1;; ++line) {
    const bool has_old = static_cast<bool>(std::getline(old_lines, old_line));
    const bool has_new = static_cast<bool>(std::getline(new_lines, new_line));
    if (!has_old && !has_new) return;
    if (has_old && has_new && same_line(old_line, new_line)) continue;
    differences.push_back(fmt::format("{}:{}: stored '{}', but the results give '{}'", path, line,
                                      has_old ? old_line : "(end)", has_new ? new_line : "(end)"));
    return;
  }
}

void find_strays(const std::string& folder, const std::set<std::string>& known,
                 std::vector<std::string>& differences) {
  if (!std::filesystem::is_directory(folder)) return;
  std::vector<std::string> strays;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!known.count(entry.path().stem().string())) strays.push_back(entry.path().string());
  }
  std::sort(strays.begin(), strays.end());
  for (const std::string& stray : strays)
    differences.push_back(fmt::format("{}: belongs to no figure of the config", stray));
}

// Pictures must be what was drawn, to the byte. Manifests of earlier versions record no pictures.
void compare_pictures(const std::string& directory, std::vector<std::string>& differences) {
  for (const auto& [name, drawn] : read_manifest_figures(directory).pictures) {
    const std::string file = fmt::format("{}/figures/{}", directory, name);
    if (!std::filesystem::exists(file))
      differences.push_back(file + ": missing");
    else if (sha256(read_file(file)) != drawn)
      differences.push_back(file + ": is not what was drawn");
  }
}

// The tables are for people and must agree with run.db. A table that an unfinished run has not written yet is
// not a difference.
void compare_tables(const std::string& directory, const Sweep& sweep, std::vector<std::string>& differences) {
  const TemporaryFolder folder;
  export_csv(Store(store_path(directory), Store::Mode::read), sweep, folder.path);
  for (const char* table : {"trials.csv", "series.csv"}) {
    const std::string stored = fmt::format("{}/{}", directory, table);
    if (!std::filesystem::exists(stored) && !std::filesystem::exists(manifest_path(directory))) continue;
    if (const auto difference = first_difference(stored, fmt::format("{}/{}", folder.path, table)))
      differences.push_back(*difference + "; `qklab export` writes it again");
  }
}

}  // namespace

namespace {

// Removes from both what they have in common at their ends, except a few characters.
std::pair<std::string, std::string> excerpts(const std::string& a, const std::string& b) {
  constexpr std::size_t kept = 8, longest = 60;
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t front = 0, back = 0;
  while (front < shorter && a[front] == b[front]) ++front;
  while (back < shorter - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  front -= std::min(front, kept);
  const auto piece = [&](const std::string& text) {
    return text.substr(front, text.size() - back - front).substr(0, longest);
  };
  return {piece(a), piece(b)};
}

}  // namespace

std::optional<std::string> first_difference(const std::string& stored, const std::string& expected) {
  if (!std::filesystem::exists(stored)) return fmt::format("{}: missing", stored);
  std::ifstream old_lines(stored, std::ios::binary), new_lines(expected, std::ios::binary);
  std::string old_line, new_line;
  for (std::size_t line = 1;; ++line) {
    const bool has_old = static_cast<bool>(std::getline(old_lines, old_line));
    const bool has_new = static_cast<bool>(std::getline(new_lines, new_line));
    if (!has_old && !has_new) return std::nullopt;
    if (has_old && has_new && old_line == new_line && old_lines.eof() == new_lines.eof()) continue;
    const auto [was, is] = excerpts(has_old ? old_line : "(end)", has_new ? new_line : "(end)");
    return fmt::format("{}:{}: stored '{}', but the results are '{}'", stored, line, was, is);
  }
}

std::vector<std::string> verify_directory(const Config& config, const Results& results,
                                          const std::string& directory) {
  Diagnostics diagnostics;
  const std::vector<Figure> figures = parse_figures(config, diagnostics);
  const std::vector<Claim> claims = parse_claims(config, diagnostics);
  diagnostics.throw_if_any();
  std::vector<std::string> differences;
  if (!claims.empty() || std::filesystem::exists(directory + "/claims.json")) {
    compare(directory + "/claims.json",
            claims_json(config, claims, judge_directory(config, claims, results, directory)), differences);
  }
  std::set<std::string> names;
  for (const Figure& figure : figures) {
    names.insert(figure.name);
    try {
      compare(directory + "/figures/" + figure.name + ".csv", figure_csv(figure, results), differences);
    } catch (const InputError&) {
      throw;
    } catch (const Error& error) {  // e.g. no trial is left for it
      differences.push_back(error.what());
    }
  }
  find_strays(directory + "/figures", names, differences);
  compare_pictures(directory, differences);
  if (std::filesystem::exists(store_path(directory))) compare_tables(directory, config.sweep, differences);
  return differences;
}

}  // namespace qklab
