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

Json slice_json(const SliceVerdict& slice) {
  Json at = Json::object();
  for (const auto& [name, value] : slice.at) at[name] = value_json(value);
  return {{"at", at},
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
    for (const SliceVerdict& slice : verdicts.at(i).slices) slices.push_back(slice_json(slice));
    list.push_back({{"id", claim.id},
                    {"check", claim.check},
                    {"text", claim.text},
                    {"paper", claim.paper},
                    {"test", claim.test->name},
                    {"metric", claim.metric.metric},
                    {"where", claim.where ? claim.where->text() : ""},
                    {"about", claim.test->judge ? "every number" : name_of(claim.method->about)},
                    {"interval", interval_name(claim)},
                    {"verdict", name_of(verdicts[i].outcome)},
                    {"p", number(verdicts[i].p)},
                    {"false_discovery_rate", number(verdicts[i].false_discovery_rate)},
                    {"falls_short", falls_short(claim, verdicts[i])},
                    {"slices", slices}});
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
