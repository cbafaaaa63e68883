#include "core/store/history.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/store/sqlite.hpp"

namespace qklab {
namespace {

constexpr const char* history_tables = R"(
CREATE TABLE IF NOT EXISTS claims(claim TEXT NOT NULL, hash TEXT NOT NULL, since TEXT NOT NULL,
  after_results INTEGER NOT NULL, PRIMARY KEY(claim, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS looks(claim TEXT NOT NULL, slice TEXT NOT NULL, seeds INTEGER NOT NULL,
  trials INTEGER NOT NULL, added INTEGER NOT NULL, PRIMARY KEY(claim, slice)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS confirmations(round INTEGER PRIMARY KEY, begun TEXT NOT NULL, judged TEXT NOT NULL);
)";

std::uint64_t whole(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}
std::int64_t whole(std::uint64_t number) { return static_cast<std::int64_t>(number); }

History::Name name_of_row(const Statement& row) {
  return {std::string(row.bytes(0)), std::string(row.bytes(1))};
}

}  // namespace

bool History::is_judged(std::uint64_t round) const {
  const auto found = rounds.find(round);
  return found != rounds.end() && !found->second.judged.empty();
}

void create_history(const Database& database) { database.execute(history_tables); }

History read_history(const Database& database) {
  History history;
  if (database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'confirmations'") == 0)
    return history;
  Statement forms(database, "SELECT claim, hash, since, after_results FROM claims");
  while (forms.step())
    history.forms[name_of_row(forms)] = {std::string(forms.bytes(2)), forms.integer(3) != 0};
  Statement looks(database, "SELECT claim, slice, seeds, trials, added FROM looks");
  while (looks.step())
    history.looks[name_of_row(looks)] = {whole(looks, 2), whole(looks, 3), whole(looks, 4)};
  Statement rounds(database, "SELECT round, begun, judged FROM confirmations");
  while (rounds.step())
    history.rounds[whole(rounds, 0)] = {std::string(rounds.bytes(1)), std::string(rounds.bytes(2))};
  return history;
}

void write_history(const Database& database, const History& history) {
  Statement form(database, "INSERT OR REPLACE INTO claims VALUES(?, ?, ?, ?)");
  for (const auto& [name, each] : history.forms) {
    form.run(std::string_view(name.first), std::string_view(name.second), std::string_view(each.since),
             std::int64_t{each.after_results});
  }
  Statement look(database, "INSERT OR REPLACE INTO looks VALUES(?, ?, ?, ?, ?)");
  for (const auto& [name, each] : history.looks) {
    look.run(std::string_view(name.first), std::string_view(name.second), whole(each.seeds),
             whole(each.trials), whole(each.added));
  }
  Statement round(database, "INSERT OR REPLACE INTO confirmations VALUES(?, ?, ?)");
  for (const auto& [number, each] : history.rounds)
    round.run(whole(number), std::string_view(each.begun), std::string_view(each.judged));
}

History merged(const History& a, const History& b) {
  History both = a;
  for (const auto& [name, form] : b.forms) {
    const auto [known, is_new] = both.forms.emplace(name, form);
    if (is_new) continue;
    known->second.since = std::min(known->second.since, form.since);
    known->second.after_results |= form.after_results;
  }
  for (const auto& [name, look] : b.looks) {
    History::Look& known = both.looks[name];
    known = {std::max(known.seeds, look.seeds), std::max(known.trials, look.trials),
             std::max(known.added, look.added)};
  }
  for (const auto& [number, round] : b.rounds) {
    const auto [known, is_new] = both.rounds.emplace(number, round);
    if (is_new) continue;
    known->second.begun = std::min(known->second.begun, round.begun);
    known->second.judged = std::max(known->second.judged, round.judged);  // "" is the smallest
  }
  return both;
}

std::string history_json(const History& history) {
  using Json = nlohmann::ordered_json;
  Json forms = Json::array(), looks = Json::array(), rounds = Json::array();
  for (const auto& [name, form] : history.forms)
    forms.push_back({{"claim", name.first},
                     {"hash", name.second},
                     {"since", form.since},
                     {"after_results", form.after_results}});
  for (const auto& [name, look] : history.looks)
    looks.push_back({{"claim", name.first},
                     {"slice", name.second},
                     {"seeds", look.seeds},
                     {"trials", look.trials},
                     {"added", look.added}});
  for (const auto& [number, round] : history.rounds)
    rounds.push_back({{"round", number}, {"begun", round.begun}, {"judged", round.judged}});
  return Json{{"claims", forms}, {"looks", looks}, {"confirmations", rounds}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
}

History parse_history_json(const std::string& json) {
  History history;
  try {
    const auto document = nlohmann::json::parse(json);
    for (const auto& form : document.at("claims"))
      history.forms[{form.at("claim"), form.at("hash")}] = {form.at("since"), form.at("after_results")};
    for (const auto& look : document.at("looks"))
      history.looks[{look.at("claim"), look.at("slice")}] = {look.at("seeds"), look.at("trials"),
                                                             look.at("added")};
    for (const auto& round : document.at("confirmations"))
      history.rounds[round.at("round")] = {round.at("begun"), round.at("judged")};
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("the history of claims cannot be read: {}", error.what()));
  }
  return history;
}

std::string now_utc() {
  return fmt::format("{:%FT%TZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

}  // namespace qklab
