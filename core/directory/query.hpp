// Selects trials of a run directory, by a condition or by SQL.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qklab {

// Receives the fields of a row; the first row holds the columns' names.
using RowVisitor = std::function<void(const std::vector<std::string>&)>;

// Whether a query is SQL, and not a condition in the form of `where`.
bool is_sql(const std::string& query);

// Reads only this directory's run.db, where `results` is trials.csv as a table. Throws InputError if the
// directory has no run.db, or with SQLite's message about the query.
void query_sql(const std::string& directory, const std::string& sql, const RowVisitor& visit);

struct QueryCounts {
  std::size_t trials = 0, found = 0;
};
// The condition uses parameters, scalars and `status`. Throws InputError if it cannot be parsed.
QueryCounts query_where(const std::string& directory, const std::string& expression, const RowVisitor& visit);

}  // namespace qklab
