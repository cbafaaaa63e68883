// Talking to gnuplot, without a shell, a display or a setting of the user's.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

// `text` as a gnuplot string that is shown as it is: clean_text, single quotes doubled. Nothing is
// substituted within single quotes, so no text can run a command. The script must also turn off enhanced text
// (`set termoption noenhanced`), or _ ^ { } @ & would be marked-up text. Not for texts of ticks, which
// gnuplot takes for formats of numbers; those are labels here.
std::string gnuplot_quote(std::string_view text);

// Runs `gnuplot -d SCRIPT` in `folder`, so that names in the script need none; -d leaves out the user's
// start-up files. Throws Error with what it wrote to stderr where it fails, or with a hint where it is not
// installed.
void run_gnuplot(const std::string& folder, const std::string& script);

}  // namespace qklab
