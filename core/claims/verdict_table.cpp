#include "core/claims/verdict_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text/columns.hpp"
#include "core/text/rounded.hpp"
#include "core/text/wrapped.hpp"

namespace qklab {
namespace {

// As many digits as tell an estimate and its interval from what is demanded of them.
int digits_of(const SliceVerdict& slice) {
  constexpr int least = 4, most = 12;
  const auto alike = [](double a, double b, int digits) {
    return a != b && std::isfinite(a) && std::isfinite(b) && rounded(a, digits) == rounded(b, digits);
  };
  for (int digits = least; digits < most; ++digits) {
    bool clear = true;
    for (const double shown : {slice.estimate, slice.low, slice.high})
      clear &= !alike(shown, slice.at_least, digits) && !alike(shown, slice.at_most, digits);
    if (clear) return digits;
  }
  return most;
}

std::string slice_name(const SliceVerdict& slice) {
  std::string name;
  for (const auto& [parameter, value] : slice.at) {
    const double* real = std::get_if<double>(&value);
    name += fmt::format("{}{}={}", name.empty() ? "" : " ", parameter,
                        real ? rounded(*real, 4) : wrapped(to_text(value), 0, std::string::npos));
  }
  return name.empty() ? "all" : name;
}

std::string estimate_text(const SliceVerdict& slice) {
  if (std::isnan(slice.estimate)) return "-";
  const int digits = digits_of(slice);
  if (!std::isfinite(slice.low) && !std::isfinite(slice.high)) return rounded(slice.estimate, digits);
  return fmt::format("{} [{}, {}]", rounded(slice.estimate, digits), rounded(slice.low, digits),
                     rounded(slice.high, digits));
}

std::string demand_text(const SliceVerdict& slice) {
  const int digits = digits_of(slice);
  if (std::isinf(slice.at_most)) return fmt::format(">= {}", rounded(slice.at_least, digits));
  if (std::isinf(slice.at_least)) return fmt::format("<= {}", rounded(slice.at_most, digits));
  return fmt::format("in [{}, {}]", rounded(slice.at_least, digits), rounded(slice.at_most, digits));
}

// "confirmed by 32 reserved seeds: 0.91 [0.88, 0.94]"
std::string fresh_text(const SliceVerdict& slice) {
  SliceVerdict shown = slice;
  shown.estimate = slice.fresh->estimate;
  shown.low = slice.fresh->low;
  shown.high = slice.fresh->high;
  const std::string seeds = fmt::format("{} reserved seeds: {}", slice.fresh->seeds, estimate_text(shown));
  if (slice.standing == Standing::confirmed) return "confirmed by " + seeds;
  const std::string text = fmt::format("{}, {}", seeds, name_of(slice.fresh->outcome));
  return slice.standing == Standing::not_confirmed ? "not confirmed by " + text : text;
}

std::string times(std::uint64_t n) { return n == 1 ? "once" : fmt::format("{} times", n); }

std::string remarks(const SliceVerdict& slice) {
  std::string text = fmt::format("{} seed{}", slice.seeds, slice.seeds == 1 ? "" : "s");
  const auto count = [&](std::size_t n, const char* what) {
    if (n) text += fmt::format(", {} {}", n, what);
  };
  count(slice.missing.not_run, "not run");
  count(slice.missing.failed, "failed");
  count(slice.missing.diverged, "diverged");
  if (slice.more_seeds) text += fmt::format("; about {} more would settle it", *slice.more_seeds);
  if (slice.added_after_looking > 0)
    text += fmt::format("; seeds were added {} after looking", times(slice.added_after_looking));
  if (slice.left_out_after_looking > 0)
    text += fmt::format("; {} seed{} that ran before {} left out", slice.left_out_after_looking,
                        slice.left_out_after_looking == 1 ? "" : "s",
                        slice.left_out_after_looking == 1 ? "is" : "are");
  if (!slice.note.empty()) text += "; " + slice.note;
  if (slice.fresh) text += "; " + fresh_text(slice);
  return text;
}

// How many of the decided claims may be wrong.
std::string discoveries(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts,
                        std::size_t room) {
  std::size_t decided = 0;
  double rate = 0;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (verdicts[i].outcome == Outcome::undecided || std::isnan(verdicts[i].false_discovery_rate)) continue;
    ++decided;
    rate = std::max(rate, verdicts[i].false_discovery_rate);
  }
  if (decided < 2) return "";
  return wrapped(
             fmt::format("Of the {} claims that are decided, a share of at most {} is expected to be decided "
                         "wrongly (Benjamini and Hochberg).",
                         decided, rounded(rate, 2)),
             0, room) +
         "\n";
}

// What is to be known of the whole claim, a line each.
std::string claim_remarks(const Verdict& verdict, std::size_t room) {
  std::string lines;
  const auto line = [&](const std::string& text) { lines += "    " + wrapped(text, 4, room) + '\n'; };
  if (verdict.record && verdict.record->after_results)
    line("first seen in this form when results of its slices existed");
  if (!verdict.standing_note.empty()) line(verdict.standing_note);
  if (verdict.rounds > 1) line(fmt::format("reserved seeds were drawn {}", times(verdict.rounds)));
  return lines;
}

}  // namespace

std::string colored(Outcome outcome, const std::string& text, bool color) {
  if (!color) return text;
  const int code = outcome == Outcome::holds ? 32 : outcome == Outcome::fails ? 31 : 33;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string verdict_summary(const Verdict& verdict) {
  const auto held = std::count_if(verdict.slices.begin(), verdict.slices.end(),
                                  [](const SliceVerdict& s) { return s.outcome == Outcome::holds; });
  std::string text(name_of(verdict.outcome));
  if (verdict.slices.size() > 1) text += fmt::format(" ({} of {})", held, verdict.slices.size());
  if (verdict.standing) text += fmt::format(", {}", name_of(*verdict.standing));
  return text;
}

std::string verdict_table(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts, int width,
                          bool color) {
  const auto room = static_cast<std::size_t>(std::max(width, 40));
  std::size_t names = 0, estimates = 0, demands = 0;
  for (const Verdict& verdict : verdicts) {
    for (const SliceVerdict& slice : verdict.slices) {
      names = std::max(names, columns_of(slice_name(slice)));
      estimates = std::max(estimates, columns_of(estimate_text(slice)));
      demands = std::max(demands, columns_of(demand_text(slice)));
    }
  }
  constexpr std::size_t outcomes = 9;  // "undecided"
  std::string table;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Verdict& verdict = verdicts.at(i);
    if (claims[i].check && (i == 0 || !claims[i - 1].check))
      table += "checks, which hold if the program is right:\n";
    const bool refuted = verdict.standing == Standing::not_confirmed;
    // The summary has spaces and perhaps colours, so that a word of its width is placed for it.
    const std::string summary = verdict_summary(verdict), placed(columns_of(summary), 'x');
    std::string head = wrapped(fmt::format("{} {}: {}", placed, claims[i].id, claims[i].text), 4, room);
    head.replace(0, placed.size(), colored(refuted ? Outcome::fails : verdict.outcome, summary, color) + ' ');
    table += head + '\n';
    table += claim_remarks(verdict, room);
    for (const SliceVerdict& slice : verdict.slices) {
      const std::size_t used = 2 + names + 2 + estimates + 2 + demands + 2 + outcomes + 2;
      if (used > room + 2) {  // no row of this table fits: two lines for each slice
        const std::string name = clipped(slice_name(slice), room - outcomes - 4);
        table += fmt::format("  {}  {}\n", name,
                             colored(slice.outcome, std::string(name_of(slice.outcome)), color));
        table += "      " +
                 wrapped(fmt::format("{}  {}; {}", estimate_text(slice), demand_text(slice), remarks(slice)),
                         6, room) +
                 '\n';
        continue;
      }
      table +=
          fmt::format("  {}  {}  {}  {}", padded(slice_name(slice), names),
                      padded(estimate_text(slice), estimates), padded(demand_text(slice), demands),
                      colored(slice.outcome, padded(std::string(name_of(slice.outcome)), outcomes), color));
      // Remarks stand in the last column where it is wide enough, else on a line of their own.
      const bool beside = used + columns_of(remarks(slice)) <= room;
      table += beside ? "  " + remarks(slice) + '\n' : "\n      " + wrapped(remarks(slice), 6, room) + '\n';
    }
  }
  return table + discoveries(claims, verdicts, room);
}

}  // namespace qklab
