#include "core/study/matplotlib.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/figures/figure_json.hpp"
#include "core/report/page_asset.hpp"
#include "core/system/file.hpp"

namespace qklab {

std::vector<std::string> write_matplotlib(const RunDirectory& run, const std::string& out,
                                          std::vector<std::string>& remarks) {
  using Json = nlohmann::ordered_json;
  const std::string folder = out + "/matplotlib";
  make_directories(folder);
  std::vector<std::string> scripts;
  for (const Figure& figure : run.loaded.figures) {
    Json json = figure_json(figure, run.results);
    if (json.contains("error")) {
      remarks.push_back(json["error"].get<std::string>());
      continue;
    }
    // Which trials are behind a point is for pages.
    for (Json& panel : json["panels"]) {
      panel.erase("trials");
      for (Json& curve : panel["curves"]) curve.erase("trials");
    }
    json["palette"] = palette_json();
    const std::string file = fmt::format("{}/{}", folder, figure.name);
    write_file(file + ".json", json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n');
    write_file(file + ".py", std::string(page_asset("redraw.py")));
    scripts.push_back(file + ".py");
  }
  return scripts;
}

}  // namespace qklab
