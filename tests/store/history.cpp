// What run.db keeps of claims beside the results.
#include "core/store/history.hpp"

#include <doctest/doctest.h>

#include "core/store/sqlite.hpp"
#include "core/store/store.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;

namespace {

History example() {
  History history;
  history.forms[{"C", "1"}] = {"2026-01-02T00:00:00Z", false};
  history.looks[{"C", "mean=0"}] = {8, 16, 1};
  history.rounds[0] = {"2026-01-03T00:00:00Z", ""};
  return history;
}

}  // namespace

TEST_CASE("the history of claims is read as it was written, from run.db and from JSON") {
  const probe::Folder folder("history");
  const std::string path = (folder.path / "run.db").string();
  {
    Store store(path, Store::Mode::write);
    CHECK(store.history() == History());
    store.add_history(example());
    CHECK(store.history() == example());
    History more;
    more.rounds[0] = {"2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"};
    store.add_history(more);
  }
  const History read = Store(path, Store::Mode::read).history();
  CHECK(read.is_judged(0));
  CHECK_FALSE(read.is_judged(1));
  CHECK(read.forms == example().forms);
  CHECK(parse_history_json(history_json(read)) == read);
  CHECK_THROWS_AS(parse_history_json("{}"), Error);
}

TEST_CASE("a store that was written before there was a history has an empty one") {
  const probe::Folder folder("older");
  const std::string path = (folder.path / "run.db").string();
  { const Store store(path, Store::Mode::write); }
  {
    const Database database(path, path, SQLITE_OPEN_READWRITE);
    database.execute("DROP TABLE claims; DROP TABLE looks; DROP TABLE confirmations");
  }
  CHECK(Store(path, Store::Mode::read).history() == History());
  Store again(path, Store::Mode::write);
  again.add_history(example());
  CHECK(again.history() == example());
}

TEST_CASE("of two histories the earliest times count, and the most looks") {
  History other = example();
  other.forms[{"C", "1"}] = {"2026-01-01T00:00:00Z", true};
  other.looks[{"C", "mean=0"}] = {12, 12, 0};
  other.rounds[0].judged = "2026-01-05T00:00:00Z";
  const History both = merged(example(), other);
  CHECK(both == merged(other, example()));
  CHECK(both.forms.at({"C", "1"}) == History::Form{"2026-01-01T00:00:00Z", true});
  CHECK(both.looks.at({"C", "mean=0"}) == History::Look{12, 16, 1});
  CHECK(both.is_judged(0));
}
