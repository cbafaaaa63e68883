#include "core/report/report_html.hpp"

#include "core/report/page_asset.hpp"

namespace qklab {
namespace {

std::string html_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

// In JSON a < stands within strings only, where it may be written as an escape.
std::string script_escaped(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      result += "\\u003c";
    else
      result += c;
  }
  return result;
}

}  // namespace

std::string report_html(std::string_view title, std::string_view data_json) {
  std::string_view page = page_asset("page.html");
  std::string result;
  result.reserve(data_json.size() + 200'000);
  // One pass: a marker within what is put in is no marker.
  for (std::size_t open = page.find("{{"); open != std::string_view::npos; open = page.find("{{")) {
    const std::size_t close = page.find("}}", open);
    const std::string_view name = page.substr(open + 2, close - open - 2);
    result += page.substr(0, open);
    if (name == "title")
      result += html_escaped(title);
    else if (name == "data")
      result += script_escaped(data_json);
    else
      result += page_asset(name);
    page.remove_prefix(close + 2);
  }
  result += page;
  return result;
}

}  // namespace qklab
