// The symbols of a text file, as numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/tasks/task.hpp"

namespace qklab::tasks {

// What a symbol is: a character, a byte; a word, which is a run of letters and digits or any other sign; or a token,
// which ends at white space, with one more at each line end; or an id, a number of a .npy file that a tokenizer has made.
std::vector<std::string> unit_names();

struct Corpus {
  std::vector<std::int32_t>
      ids;                    // the most frequent symbol of all that is read has the least; 0: others, if any
  std::size_t symbols = 0;    // different ids
  std::size_t split = 0;      // where what is held out begins
  double bytes_a_symbol = 0;  // of the held-out text, with its white space; 0: not known
};

// The symbols that a model tells apart, each with its id.
struct Vocabulary {
  std::map<std::string, std::int32_t, std::less<>> ids;
  std::int32_t others = -1;  // the id of all others; negative: a further one, if there are any
  std::size_t size = 0;
};

// Symbols of this unit, one a line, the first with id 0. Of words and tokens, what follows a space (a count) is left out.
// "<unk>" stands for all others, "<eos>" for a line's end, and \n, \t, \r and \\ for these characters. Throws InputError
// with the line where one is empty or stands there twice.
Vocabulary read_vocabulary(const std::string& path, const std::string& unit);

// The numbers of a .npy file of one axis, int16, int32, int64 or uint16. Throws InputError where it is none.
std::vector<std::int32_t> read_ids(const std::string& path);

// A file, which has to be UTF-8; else throws InputError with line and column.
std::string read_text(const std::string& path);

// Throws InputError where a file cannot be used: it is no UTF-8, too short, or holds one symbol only.
Corpus read_corpus(const TaskConfig& config);

}  // namespace qklab::tasks
