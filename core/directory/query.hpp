// Picking trials of a run directory, by a condition or by SQL.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qklab {

// Takes the fields of a row; the first row has the columns' names.
using RowVisitor = std::function<void(const std::vector<std::string>&)>;

// Whether a query is SQL, rather than a condition as under `where`.
bool is_sql(const std::string& query);

// Reads, and only this directory's run.db, where `results` is trials.csv as a table. Throws InputError where
// the directory has no run.db, or with what SQLite says of the query.
void query_sql(const std::string& directory, const std::string& sql, const RowVisitor& visit);

struct QueryCounts {
  std::size_t trials = 0, found = 0;
};
// Over parameters, scalars and `status`. Throws InputError where it cannot be read.
QueryCounts query_where(const std::string& directory, const std::string& expression, const RowVisitor& visit);

}  // namespace qklab
