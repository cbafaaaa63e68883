// Cuts a text into what counts as one of its symbols. The pieces lie in the text.
#pragma once

#include <string_view>
#include <vector>

namespace qklab {

// Runs of letters, digits, apostrophes and all that is not ASCII; any other sign is a word of its own, and white space
// is none.
std::vector<std::string_view> words(std::string_view text);

// Of a language in which words are parted by white space, as WikiText and the Penn Treebank are counted: each line ends
// with a token of its own, the line end, whether or not the last one has it.
std::vector<std::string_view> tokens(std::string_view text);

std::vector<std::string_view> bytes(std::string_view text);

}  // namespace qklab
