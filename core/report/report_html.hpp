// report.html: one file with the page, its data and the charts, that needs no network.
#pragma once

#include <string>
#include <string_view>

namespace qklab {

// `data_json` as report_data_json makes it. Nothing in title or data can end a tag or begin one.
std::string report_html(std::string_view title, std::string_view data_json);

}  // namespace qklab
