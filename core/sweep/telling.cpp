#include "core/sweep/telling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace qklab {

std::string parameters_text(const Parameters& params, const std::vector<std::size_t>& which) {
  std::string out;
  for (const std::size_t i : which)
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", params.schema()[i].name, to_text(params[i]));
  return out;
}

std::vector<std::size_t> telling_parameters(const Sweep& sweep) {
  std::vector<std::size_t> which = sweep.varied();
  if (sweep.varies_seeds()) which.push_back(*sweep.experiment().parameters.find("seed"));
  if (which.empty())
    for (const auto& [parameter, value] : sweep.base()) which.push_back(parameter);
  std::sort(which.begin(), which.end());
  which.erase(std::unique(which.begin(), which.end()), which.end());
  return which;
}

Telling::Telling(const Sweep& sweep) : known_(true), which_(telling_parameters(sweep)) {
  for (const std::size_t i : which_) names_.push_back(sweep.experiment().parameters[i].name);
}

std::string Telling::text_of_json(const std::string& params) const {
  const auto json = nlohmann::ordered_json::parse(params, nullptr, false);
  if (!json.is_object()) return params;
  std::string out;
  for (const auto& [name, value] : json.items()) {
    if (known_ && std::find(names_.begin(), names_.end(), name) == names_.end()) continue;
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", name,
                       value.is_string()         ? value.get<std::string>()
                       : value.is_number_float() ? shortest(value.get<double>())  // 1, where JSON has 1.0
                                                 : value.dump());
  }
  return out;
}

}  // namespace qklab
