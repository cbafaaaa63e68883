// Talking to gnuplot, without a shell and without a display.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

// `text` as a gnuplot string that is shown as it is: single quotes doubled, control characters made
// spaces. Nothing is substituted within single quotes, so no text can run a command. The script must also
// turn off enhanced text (`set termoption noenhanced`), or _ ^ { } @ & would be marked-up text.
std::string gnuplot_quote(std::string_view text);

// Runs `gnuplot -d FILE`; -d leaves out the user's start-up files. Throws Error with what it wrote to
// stderr where it fails, or with a hint where it is not installed.
void run_gnuplot(const std::string& script_file);

}  // namespace qklab
