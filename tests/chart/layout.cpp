#include "core/chart/layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/chart/text_fit.hpp"

using namespace qklab;

namespace {

struct Box {
  double left, top, right, bottom;
};

Box box_of(const PlacedText& placed) {
  const double length = text_width(placed.text, placed.size), half = 0.37 * placed.size;
  const double before = placed.anchor == Anchor::left     ? 0
                        : placed.anchor == Anchor::center ? 0.5 * length
                                                          : length;
  if (placed.turned) return {placed.x - half, placed.y + before - length, placed.x + half, placed.y + before};
  return {placed.x - before, placed.y - half, placed.x - before + length, placed.y + half};
}

bool meet(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

// No two texts lie on each other, and none leaves the page.
void check_page(const Page& page) {
  const Layout layout = lay_out(page);
  constexpr double slack = 0.01;
  CHECK(layout.panel_width > 5);
  for (std::size_t i = 0; i < layout.texts.size(); ++i) {
    const Box box = box_of(layout.texts[i]);
    CAPTURE(layout.texts[i].text);
    CHECK(box.left >= -slack);
    CHECK(box.top >= -slack);
    CHECK(box.right <= page_width + slack);
    CHECK(box.bottom <= layout.height + slack);
    for (std::size_t k = i + 1; k < layout.texts.size(); ++k) {
      CAPTURE(layout.texts[k].text);
      CHECK(!meet(box, box_of(layout.texts[k])));
    }
  }
}

std::vector<std::string> names(std::size_t count, const std::string& beginning) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back(beginning + std::to_string(i));
  return result;
}

Page plain(std::size_t panels) {
  Page page;
  page.title = "What is seen";
  page.x = numeric_scale({0, 300}, false, 0.03, 4);
  page.y = numeric_scale({0, 1}, false, 0.04, 5);
  page.xlabel = "step";
  page.ylabel = "held-out loss [nats]";
  for (std::size_t i = 0; i < panels; ++i)
    page.panels.push_back({panels > 1 ? "mean = " + std::to_string(i) : "", {}});
  return page;
}

const std::string endless =
    "a name that goes on and on, with words_that_have_no_space_within_them, to the end of the page";

}  // namespace

TEST_CASE("texts of pages of any number of panels and columns do not meet") {
  for (const std::size_t panels : {1u, 2u, 4u, 7u, 60u}) {
    for (const std::size_t columns : {0u, 1u, 3u, 6u}) {
      CAPTURE(panels);
      CAPTURE(columns);
      Page page = plain(panels);
      page.columns = columns;
      check_page(page);
      page.y = numeric_scale({100.001, 100.009}, false, 0.04, 5);
      page.x = numeric_scale({1e-320, 1}, true, 0.04, 4);
      check_page(page);
      page.bar = ColorBar{numeric_scale({7654321, 7654324}, false, 0, 5), "contrast"};
      check_page(page);
    }
  }
}

TEST_CASE("names on axes stand side by side, in two rows or turned, and all are different") {
  for (const std::string beginning : {"a", "momentum", "a_corpus_of_texts_from_the_nineteenth_century_"}) {
    for (const std::size_t count : {1u, 3u, 7u, 40u}) {
      CAPTURE(beginning);
      CAPTURE(count);
      for (const std::size_t panels : {1u, 5u}) {
        Page page = plain(panels);
        page.x = category_scale(names(count, beginning));
        check_page(page);
        page.y = category_scale(names(count, beginning + "y"));
        check_page(page);
      }
    }
  }
  // One long name among short ones has a row for itself, yet not more room than the axis.
  for (const std::size_t panels : {1u, 2u, 5u}) {
    for (const std::size_t length : {20u, 30u, 40u, 60u}) {
      Page page = plain(panels);
      page.x = page.y = category_scale({std::string(length, 'w'), "adam"});
      check_page(page);
    }
  }
  Page page = plain(1);
  page.x = category_scale({"sgd", "momentum", "nesterov", "adam", "adamw", "sign_sgd", "lion"});
  std::set<std::string> seen;
  for (const PlacedText& text : lay_out(page).texts) seen.insert(text.text);
  for (const auto& [position, name] : page.x.ticks) CHECK(seen.contains(name));
}

TEST_CASE("labels, legends and titles of any length stay on the page") {
  Page page = plain(4);
  page.title = page.xlabel = page.ylabel = endless;
  check_page(page);
  page.bar = ColorBar{numeric_scale({0.5, 2}, false, 0, 5), endless + endless};
  check_page(page);
  page.legend_title = endless;
  for (const std::string& name : names(9, endless)) page.legend.push_back({name, {}, Mark::line});
  check_page(page);
  page.legend_title = "text:";
  for (std::size_t i = 0; i < page.panels.size(); ++i)
    page.panels[i].title = "text = " + endless + std::to_string(i);
  check_page(page);
  page.panels.resize(6);
  page.columns = 6;
  check_page(page);
}

TEST_CASE("a panel's own colour bar has room between its numbers") {
  Page page = plain(6);
  page.columns = 6;
  for (PagePanel& panel : page.panels)
    panel.bar = ColorBar{numeric_scale({100.001, 100.009}, false, 0, 5), ""};
  check_page(page);
  for (const PlacedStrip& strip : lay_out(page).strips) CHECK(strip.to >= strip.from);
}

TEST_CASE("axes of a panel's own have room for their texts") {
  for (const std::size_t panels : {2u, 5u, 9u}) {
    for (const std::size_t columns : {0u, 2u, 3u}) {
      Page page = plain(panels);
      page.columns = columns;
      for (std::size_t i = 0; i < panels; ++i) {
        page.panels[i].y = numeric_scale({0, std::pow(1000.0, static_cast<double>(i % 4))}, false, 0.04, 5);
        if (i % 2) page.panels[i].x = numeric_scale({1e-5, 1e5}, true, 0.03, 4);
      }
      check_page(page);
    }
  }
}

TEST_CASE("names of the rows of a grid stand beside these, or in the titles where rows are broken") {
  for (const std::size_t columns : {2u, 3u, 12u}) {
    Page page = plain(2 * columns);
    page.columns = columns;
    for (std::size_t i = 0; i < page.panels.size(); ++i)
      page.panels[i].row = i < columns ? "norm = post" : "norm = " + endless;
    check_page(page);
    page.bar = ColorBar{numeric_scale({1, 2}, false, 0, 5), "contrast"};
    check_page(page);
    const Layout layout = lay_out(page);
    const auto turned = std::ranges::count_if(layout.texts, [&](const PlacedText& text) {
      return text.turned && text.x > layout.right && text.x < layout.right + text_line;
    });
    CHECK(turned == (columns < 12 ? 2 : 0));
  }
}

TEST_CASE("a legend stands in the room that the last row leaves, where it fits") {
  Page page = plain(5);
  page.columns = 3;
  page.legend_title = "mean:";
  for (const std::string& name : names(3, "value ")) page.legend.push_back({name, {}, Mark::line});
  const double above = lay_out(page).height;
  page.legend_in_panel = true;
  check_page(page);
  const Layout inside = lay_out(page);
  CHECK(inside.height < above);
  CHECK(inside.samples.at(2).x >= inside.panel_left(5));
  CHECK(inside.samples.at(0).y > inside.panel_top(2) + inside.panel_height);
  for (const std::string& name : names(40, "another ")) page.legend.push_back({name, {}, Mark::line});
  CHECK(lay_out(page).samples.at(0).y < inside.panel_top(0));  // too long: above
  page.panels.resize(3);
  CHECK(lay_out(page).samples.at(0).x < 100);
  check_page(page);
}
