#include "core/claims/claims_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/claims/method.hpp"
#include "core/claims/test_kind.hpp"

namespace qklab {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json value_json(const Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, double>)
          return std::isfinite(v) ? Json(v) : Json(shortest(v));
        else
          return v;
      },
      value);
}

Json fresh_json(const SliceVerdict& slice) {
  Json json = {{"standing", name_of(*slice.standing)}};
  if (!slice.fresh) return json;
  json.update({{"verdict", name_of(slice.fresh->outcome)},
               {"estimate", number(slice.fresh->estimate)},
               {"interval", {number(slice.fresh->low), number(slice.fresh->high)}},
               {"p", number(slice.fresh->p)},
               {"p_adjusted", number(slice.fresh->p_adjusted)},
               {"seeds", slice.fresh->seeds}});
  return json;
}

Json slice_json(const SliceVerdict& slice, bool reserves_seeds, bool recorded) {
  Json at = Json::object();
  for (const auto& [name, value] : slice.at) at[name] = value_json(value);
  Json json = {{"at", at},
               {"verdict", name_of(slice.outcome)},
               {"estimate", number(slice.estimate)},
               {"interval", {number(slice.low), number(slice.high)}},
               {"at_least", number(slice.at_least)},
               {"at_most", number(slice.at_most)},
               {"p", number(slice.p)},
               {"p_adjusted", number(slice.p_adjusted)},
               {"seeds", slice.seeds},
               {"trials", slice.trials},
               {"not_run", slice.missing.not_run},
               {"failed", slice.missing.failed},
               {"diverged", slice.missing.diverged},
               {"more_seeds", slice.more_seeds ? Json(*slice.more_seeds) : Json(nullptr)},
               {"note", slice.note}};
  if (recorded) json["added_after_looking"] = slice.added_after_looking;
  if (slice.left_out_after_looking > 0) json["left_out_after_looking"] = slice.left_out_after_looking;
  if (reserves_seeds && slice.standing) json["confirmation"] = fresh_json(slice);
  return json;
}

Json confirmation_json(const Verdict& verdict) {
  Json json = {{"standing", name_of(*verdict.standing)}, {"rounds", verdict.rounds}};
  if (verdict.fresh) json["verdict"] = name_of(*verdict.fresh);
  if (!verdict.standing_note.empty()) json["note"] = verdict.standing_note;
  return json;
}

Json interval_name(const Claim& claim) {
  if (claim.test->judge) return nullptr;
  return claim.permutation ? "permutation" : claim.method->name;
}

}  // namespace

std::string claims_json(const Config& config, const std::vector<Claim>& claims,
                        const std::vector<Verdict>& verdicts) {
  Json list = Json::array();
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    Json slices = Json::array();
    const Verdict& verdict = verdicts.at(i);
    // Without reserved seeds every verdict is exploratory, which needs no saying.
    const bool reserves_seeds = config.confirm_seeds > 0, recorded = verdict.record.has_value();
    for (const SliceVerdict& slice : verdict.slices)
      slices.push_back(slice_json(slice, reserves_seeds, recorded));
    list.push_back({{"id", claim.id},
                    {"check", claim.check},
                    {"text", claim.text},
                    {"paper", claim.paper},
                    {"test", claim.test->name},
                    {"metric", claim.metric.metric},
                    {"where", claim.where ? claim.where->text() : ""},
                    {"about", claim.test->judge ? "every number" : name_of(claim.method->about)},
                    {"interval", interval_name(claim)},
                    {"verdict", name_of(verdict.outcome)},
                    {"p", number(verdict.p)},
                    {"false_discovery_rate", number(verdict.false_discovery_rate)},
                    {"falls_short", falls_short(claim, verdict)},
                    {"slices", slices}});
    // The time stands in the manifest: equal results give equal verdicts, to the byte.
    if (recorded)
      list.back()["history"] = {{"hash", claim.hash}, {"after_results", verdict.record->after_results}};
    if (reserves_seeds && verdict.standing) list.back()["confirmation"] = confirmation_json(verdict);
  }
  const Json document = {
      {"name", config.name},
      {"experiment", config.experiment->name},
      {"version", config.experiment->version},
      {"level", level},
      {"correction", "Hochberg over the slices of each claim; false discovery rate over claims"},
      {"claims", list}};
  // Bytes of a config that are no UTF-8 are replaced rather than refused.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace qklab
