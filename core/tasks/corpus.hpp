// The symbols of a text file, as numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/tasks/task.hpp"

namespace qklab::tasks {

// What a symbol is: a character, a byte; a word, which is a run of letters and digits or any other sign; or a token,
// which ends at white space, with one more at each line end.
std::vector<std::string> unit_names();

struct Corpus {
  std::vector<std::int32_t>
      ids;                    // the most frequent symbol of all that is read has the least; 0: others, if any
  std::size_t symbols = 0;    // different ids
  std::size_t split = 0;      // where what is held out begins
  double bytes_a_symbol = 0;  // of the held-out text, with its white space
};

// Throws InputError where a file cannot be used: it is no UTF-8, too short, or holds one symbol only.
Corpus read_corpus(const TaskConfig& config);

}  // namespace qklab::tasks
