#include "core/base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace qklab {

std::string Place::str() const {
  if (line == 0) return file;
  return fmt::format("{}:{}:{}", file, line, column);
}

namespace {

// How a message names the nearest valid name; Diagnostic finds it again between the two.
constexpr std::string_view meant_before = "(did you mean '", meant_after = "'?)";

std::string suggested_in(std::string_view message) {
  const auto begin = message.find(meant_before);
  if (begin == std::string_view::npos) return "";
  const std::string_view rest = message.substr(begin + meant_before.size());
  const auto end = rest.find(meant_after);
  return end == std::string_view::npos ? "" : std::string(rest.substr(0, end));
}

std::vector<std::string> lines(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> lines;
  for (const Diagnostic& each : diagnostics) lines.push_back(each.str());
  return lines;
}

}  // namespace

Diagnostic::Diagnostic(Place where, std::string_view what)
    : place(std::move(where)), message(what), suggestion(suggested_in(what)) {}

std::string Diagnostic::str() const {
  return place.file.empty() ? message : fmt::format("{}: {}", place.str(), message);
}

InputError::InputError(const std::string& message) : Error(message), diagnostics{{Place{}, message}} {}

InputError::InputError(std::vector<Diagnostic> all)
    : Error(fmt::format("{}", fmt::join(lines(all), "\n"))), diagnostics(std::move(all)) {}

void Diagnostics::error(const Place& place, std::string_view message) {
  Diagnostic found(place, message);
  // A value that several rules look at is reported once.
  const std::string text = found.str();
  if (std::ranges::none_of(all_, [&](const Diagnostic& each) { return each.str() == text; }))
    all_.push_back(std::move(found));
}

std::vector<std::string> Diagnostics::messages() const { return lines(all_); }

void Diagnostics::throw_if_any() const {
  if (!all_.empty()) throw InputError(all_);
}

namespace {

// Optimal string alignment distance, ignoring case: one insertion, deletion, substitution or swap of
// neighbours costs 1.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before(width), previous(width), current(width);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0u : 1u)});
      const bool swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

// Splits "learning_rate" into learning and rate; "initMean" and "init.mean" likewise.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool begins = true, was_lower = false;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (!std::isalnum(u)) {
      begins = true;
      continue;
    }
    if (begins || (was_lower && std::isupper(u))) words.emplace_back();
    words.back() += static_cast<char>(std::tolower(u));
    begins = false;
    was_lower = std::islower(u) || std::isdigit(u);
  }
  return words;
}

std::string initials_of(std::string_view name) {
  std::string initials;
  for (const std::string& word : words_of(name)) initials += word[0];
  return initials;
}

// Whether one name is the other's initials ("lr" and "learning_rate"), or all words of one are among the
// words of the other ("batch" and "batch_size", "n_layers" and "layers").
bool abbreviates(std::string_view a, std::string_view b) {
  if (a.size() > 1 && b.size() > 1 && (initials_of(a) == b || initials_of(b) == a)) return true;
  const auto first = words_of(a), second = words_of(b);
  const auto within = [](const std::vector<std::string>& few, const std::vector<std::string>& many) {
    return !few.empty() && std::all_of(few.begin(), few.end(), [&](const std::string& word) {
      return word.size() > 2 && std::find(many.begin(), many.end(), word) != many.end();
    });
  };
  return within(first, second) || within(second, first);
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // A prefix ("var" for "variance") counts as well, but only if no other name is closer.
    const bool prefix = name.size() >= 2 && candidate.starts_with(name);
    const std::size_t distance = prefix ? 1 : edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty()) return best;
  const auto other = std::find_if(candidates.begin(), candidates.end(),
                                  [&](const std::string& candidate) { return abbreviates(name, candidate); });
  return other == candidates.end() ? "" : *other;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string nearest = nearest_name(name, candidates);
  return nearest.empty() ? "" : fmt::format(" {}{}{}", meant_before, nearest, meant_after);
}

}  // namespace qklab
