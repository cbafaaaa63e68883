// How wide texts are, and how they are made to fit where they stand: wrapped, or shortened in their middle.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qklab {

// Any bytes as text that every format can hold: what is no UTF-8, or no character of XML, is shown as U+FFFD,
// and control characters as spaces.
std::string clean_text(std::string_view text);

// About how wide, in DejaVu Sans of that size: no narrower than it is drawn.
double text_width(std::string_view text, double size);

// Words in lines no wider than `width`; a word that is wider is broken. No lines for a text without words.
std::vector<std::string> wrap(const std::string& text, double width, double size);

// Each no wider than `width`, with … where something is left out. Different texts stay different: where
// cutting would make two alike, what tells them apart is kept, or a number stands before them.
std::vector<std::string> shortened(const std::vector<std::string>& texts, double width, double size);

}  // namespace qklab
