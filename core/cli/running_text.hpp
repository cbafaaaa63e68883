// Trials under way, as text: how far they are, what they told last, and how that came about.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/trial/trial_progress.hpp"

namespace qklab {

// Heights between `low` and `high`, a character each: at most `cells` of the values, evenly spaced. What is
// not finite is a gap.
std::string sparkline(std::span<const double> values, double low, double high, std::size_t cells);
// The same between the least and the largest of the values; the last value is always among those shown.
std::string sparkline(std::span<const double> values, std::size_t cells);

// "step 120 of 5000", or shares if there are several.
std::string running_text(const std::vector<RunningTrial>& running);

// "step 120 of 5000", or "lr=0.1 at step 120 of 5000; lr=0.2 at step 80 of 5000; and 3 more" if there are several.
std::string places_text(const std::vector<RunningTrial>& running);

// "loss 2.31 ▇▅▃▂, accuracy 0.2 ▁▂▂▃", of at most `metrics` metrics; "" if it told none. Curves have at most
// `cells` characters.
std::string told_text(const RunningTrial& trial, std::size_t metrics, std::size_t cells);

// "step 120 of 5000 (2.4 %), 1m 20s left, loss 2.31 ▇▅▃▂, accuracy 0.2 ▁▂▂▃"
std::string trial_text(const RunningTrial& trial);

}  // namespace qklab
