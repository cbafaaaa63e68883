// What happened to claims, beside the results: when each was first run in its present form, on how many seeds
// it had been judged when more were added, and how often reserved seeds were drawn to confirm it. Tables of
// run.db; files that were written before they existed have an empty history.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace qklab {

class Database;

struct History {
  struct Form {                  // of a claim: another text, test or limit is another form
    std::string since;           // UTC, "2026-01-31T12:00:00Z"
    bool after_results = false;  // results of its slices existed by then
    bool operator==(const Form&) const = default;
  };
  struct Look {                           // at a slice of a claim
    std::uint64_t seeds = 0, trials = 0;  // on which it was judged last
    std::uint64_t added = 0;              // how often it had more than at an earlier look
    bool operator==(const Look&) const = default;
  };
  struct Round {                // of confirmation
    std::string begun, judged;  // UTC; "" where it has not been judged
    bool operator==(const Round&) const = default;
  };
  using Name = std::pair<std::string, std::string>;

  std::map<Name, Form> forms;  // by the claim's id and its hash
  std::map<Name, Look> looks;  // by the claim's id and the slice's name
  std::map<std::uint64_t, Round> rounds;
  bool operator==(const History&) const = default;

  bool is_judged(std::uint64_t round) const;
};

void create_history(const Database& database);  // where the tables are missing
History read_history(const Database& database);
// Replaces the rows of the same names; others stay.
void write_history(const Database& database, const History& history);
// Of two directories whose trials are put together: the earliest times and the most looks.
History merged(const History& a, const History& b);

// For manifest.json.
std::string history_json(const History& history);
History parse_history_json(const std::string& json);  // throws Error

std::string now_utc();

}  // namespace qklab
