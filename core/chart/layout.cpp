#include "core/chart/layout.hpp"

#include <algorithm>

#include "core/chart/axis_texts.hpp"
#include "core/chart/text_fit.hpp"

namespace qklab {
namespace {

constexpr double widest_name = 66;        // left of the panels, or right of a colour bar
constexpr double least_panel = 24;        // narrower ones are put in fewer columns
constexpr double least_strip_panel = 52;  // where a colour bar of its own with two numbers stands above each
constexpr double tick_space = 4;          // from an axis to its ticks' texts
constexpr double label_space = 2.5;       // from these to the axis's label

// Of a label that has a few lines at most.
std::vector<std::string> lines_of(const std::string& label, double width, double size) {
  constexpr double most = 3;
  return wrap(shortened({clean_text(label)}, 0.9 * most * width, size)[0], width, size);
}

std::size_t chosen_columns(std::size_t panels) { return panels <= 1 ? 1 : panels <= 4 ? 2 : 3; }

// Builds the layout from the page's top to its bottom; each step needs those before it.
class Builder {
 public:
  explicit Builder(const Page& page) : page_(page) {}

  Layout build() {
    title();
    find_columns();
    // Labels beside the panels take room from them, and how long they may be depends on the panels' height.
    for (bool again = true; again;) {
      find_panels();
      ylabel_ = lines_of(page_.ylabel, beside_panels(), text_size);
      if (page_.bar) barlabel_ = lines_of(page_.bar->label, beside_panels(), text_size);
      again = ylabel_.size() > left_lines_ || barlabel_.size() > right_lines_;
      left_lines_ = std::max(left_lines_, ylabel_.size());
      right_lines_ = std::max(right_lines_, barlabel_.size());
    }
    if (page_.legend_in_panel && legend_fits_beside()) {
      layout_.top += 2;
      legend_beside();
    } else {
      legend();
    }
    panel_titles();
    row_names();
    strips();
    y_texts();
    bar_texts();
    x_texts();
    return std::move(layout_);
  }

 private:
  void put(const std::string& text, double x, double y, double size, Anchor anchor, bool turned = false) {
    if (!text.empty()) layout_.texts.push_back({text, x, y, size, anchor, turned});
  }

  void title() {
    double y = margin + 0.5 * title_line;
    for (const std::string& line : wrap(clean_text(page_.title), page_width - 2 * margin, title_size)) {
      put(line, margin, y, title_size, Anchor::left);
      y += title_line;
    }
    layout_.top = y - 0.5 * title_line;
  }

  // Entries in lines; the legend's title stands before them, or above where it leaves too little room.
  void legend() {
    if (page_.legend.empty()) {
      layout_.top += 2;
      return;
    }
    double start = margin, y = layout_.top + 0.5 * text_line;
    if (!page_.legend_title.empty()) {
      const auto lines = lines_of(page_.legend_title, page_width - 2 * margin, text_size);
      for (std::size_t i = 0; i < lines.size(); ++i)
        put(lines[i], margin, y + text_line * static_cast<double>(i), text_size, Anchor::left);
      const double width = lines.empty() ? 0 : text_width(lines.back(), text_size);
      const bool above = lines.size() > 1 || width > 0.4 * page_width;
      if (above) y += text_line * static_cast<double>(lines.size());
      if (!above) start = margin + width + 6;
    }
    std::vector<std::string> names;
    for (const LegendEntry& entry : page_.legend) names.push_back(clean_text(entry.text));
    names = shortened(names, page_width - margin - start - sample_length - 3, text_size);
    double x = start;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const LegendEntry& entry = page_.legend[i];
      const double sample = entry.mark == Mark::none ? 0 : sample_length + 3;
      const double width = sample + text_width(names[i], text_size);
      if (x > start && x + width > page_width - margin) {
        x = start;
        y += text_line;
      }
      layout_.samples.push_back({&entry, x, y});
      put(names[i], x + sample, y, text_size, Anchor::left);
      x += width + 7;
    }
    layout_.top = y + 0.5 * text_line + 3;
  }

  // Where the last row of panels has room for another one: below the texts of the axis above it.
  double legend_top() const {
    const std::size_t above = page_.panels.size() - layout_.columns;
    return layout_.panel_top(above) + layout_.panel_height + below().room + 2;
  }
  bool legend_fits_beside() {
    const std::size_t panels = page_.panels.size();
    if (page_.legend.empty() || panels % layout_.columns == 0) return false;
    title_in_panel_ = lines_of(page_.legend_title, layout_.panel_width, text_size);
    std::size_t lines = title_in_panel_.size();
    for (const LegendEntry& entry : page_.legend) lines += entry_lines(entry).size();
    return text_line * static_cast<double>(lines) <= layout_.bottom() - legend_top();
  }
  // Entries below one another.
  void legend_beside() {
    const double x = layout_.panel_left(page_.panels.size());
    double y = legend_top() + 0.5 * text_line;
    for (const std::string& line : title_in_panel_) {
      put(line, x, y, text_size, Anchor::left);
      y += text_line;
    }
    for (const LegendEntry& entry : page_.legend) {
      layout_.samples.push_back({&entry, x, y});
      for (const std::string& line : entry_lines(entry)) {
        put(line, x + (entry.mark == Mark::none ? 0 : sample_length + 3), y, text_size, Anchor::left);
        y += text_line;
      }
    }
  }
  std::vector<std::string> entry_lines(const LegendEntry& entry) const {
    return wrap(clean_text(entry.text), layout_.panel_width - sample_length - 3, text_size);
  }

  // Names of rows stand right of them, unless the rows had to be broken.
  bool rows_are_named() const {
    return !page_.panels.empty() && !page_.panels[0].row.empty() && layout_.columns == page_.columns;
  }
  double room_of_row_names() const { return rows_are_named() ? text_line : 0; }
  // Each in the middle of its panels and their titles.
  void row_names() {
    if (!rows_are_named()) return;
    for (std::size_t i = 0; i < page_.panels.size(); i += layout_.columns) {
      const double length = layout_.panel_height + layout_.header;
      const std::string name = shortened({clean_text(page_.panels[i].row)}, length, text_size)[0];
      const double middle = layout_.panel_top(i) - layout_.header + 0.5 * length;
      put(name, layout_.right + 0.5 * text_line + 1, middle, text_size, Anchor::center, true);
    }
  }

  // The axes of a panel: its own or the page's.
  const Scale& x_of(std::size_t i) const { return page_.panels[i].x ? *page_.panels[i].x : page_.x; }
  const Scale& y_of(std::size_t i) const { return page_.panels[i].y ? *page_.panels[i].y : page_.y; }
  bool own(std::optional<Scale> PagePanel::*axis) const {
    return std::ranges::any_of(page_.panels,
                               [&](const PagePanel& panel) { return (panel.*axis).has_value(); });
  }

  // What the texts below the panels take at most, whatever stands in each.
  AxisTexts below() const {
    AxisTexts most = texts_below(page_.x, layout_.panel_width);
    if (!own(&PagePanel::x)) return most;
    most = {};
    for (std::size_t i = 0; i < page_.panels.size(); ++i) {
      const AxisTexts texts = texts_below(x_of(i), layout_.panel_width);
      most.room = std::max(most.room, texts.room);
      most.before = std::max(most.before, texts.before);
      most.beyond = std::max(most.beyond, texts.beyond);
    }
    return most;
  }
  double room_left_of_panels() const {
    double room = own(&PagePanel::y) ? 0 : texts_beside(page_.y, 1e9, widest_name).room;
    for (std::size_t i = 0; own(&PagePanel::y) && i < page_.panels.size(); ++i)
      room = std::max(room, texts_beside(y_of(i), 1e9, widest_name).room);
    return room;
  }

  void find_columns() {
    const std::size_t panels = page_.panels.size();
    layout_.columns = std::min(page_.columns ? page_.columns : chosen_columns(panels), panels);
    has_strips_ = std::any_of(page_.panels.begin(), page_.panels.end(),
                              [](const PagePanel& panel) { return panel.bar.has_value(); });
    for (find_panels(); layout_.columns > 1; find_panels()) {
      if (layout_.panel_width >= (has_strips_ ? least_strip_panel : least_panel)) break;
      --layout_.columns;
    }
  }

  // How long a label may be that stands beside the panels: down to where the x axis's label ends.
  double beside_panels() const { return layout_.bottom() + below().room + text_line - layout_.top; }

  // In the middle of what it is the label of, or as near to that as it is long.
  void label_beside(const std::vector<std::string>& lines, double x, double middle) {
    const double top = layout_.top, bottom = top + beside_panels();
    for (const std::string& line : lines) {
      const double half = 0.5 * text_width(line, text_size);
      put(line, x, std::max(std::min(middle, bottom - half), top + half), text_size, Anchor::center, true);
      x += text_line;
    }
  }

  void find_panels() {
    layout_.rows = (page_.panels.size() + layout_.columns - 1) / layout_.columns;
    const double labels = text_line * static_cast<double>(left_lines_);
    layout_.left = margin + labels + label_space + room_left_of_panels() + tick_space;
    double right = page_width - 6 - room_of_row_names();
    if (page_.bar) {
      const double numbers = texts_beside(page_.bar->scale, 1e9, widest_name).room;
      right = page_width - margin - text_line * static_cast<double>(right_lines_) - label_space - numbers -
              tick_space - bar_width - 7 - room_of_row_names();
    }
    const double columns = static_cast<double>(layout_.columns);
    const double between = own(&PagePanel::y) ? room_left_of_panels() + tick_space + 2 : 0;
    layout_.gap_x = least_gap + between;
    layout_.right = right;
    const auto fit = [&] {
      layout_.panel_width =
          std::max(1.0, (layout_.right - layout_.left - (columns - 1) * layout_.gap_x) / columns);
    };
    fit();
    for (int i = 0; i < 3; ++i) {  // what sticks out takes room, of which less sticks out
      const AxisTexts texts = below();
      layout_.gap_x = std::max(layout_.gap_x, std::max(texts.before, between) + texts.beyond + 4);
      layout_.right = std::min(layout_.right, right - std::max(0.0, texts.beyond - 3));
      fit();
    }
    layout_.row_names = room_of_row_names();
    layout_.gap_y = least_gap + (own(&PagePanel::x) ? below().room : 0);
    titles_.clear();
    std::vector<std::string> titles;
    for (const PagePanel& panel : page_.panels) {
      const bool beside = rows_are_named() || panel.row.empty();
      titles.push_back(clean_text(beside ? panel.title : panel.title + ", " + panel.row));
    }
    const double width = layout_.panel_width + 4;
    std::size_t most = page_.panels.size() > 1 ? 1 : 0;
    for (const std::string& each : shortened(titles, 2.5 * width, text_size)) {
      titles_.push_back(wrap(each, width, text_size));
      most = std::max(most, titles_.back().size());
    }
    layout_.header = std::max(1.0, text_line * static_cast<double>(most)) + (has_strips_ ? strip_line : 0);
    layout_.panel_height = layout_.panel_width * (layout_.columns == 1 ? 0.68 : 0.85);
  }

  void panel_titles() {
    for (std::size_t i = 0; i < titles_.size(); ++i) {
      double y = layout_.panel_top(i) - (has_strips_ ? strip_line : 0) - 0.5 * text_line;
      y -= text_line * (static_cast<double>(titles_[i].size()) - 1);
      for (const std::string& line : titles_[i]) {
        put(line, layout_.panel_left(i) + 0.5 * layout_.panel_width, y, text_size, Anchor::center);
        y += text_line;
      }
    }
  }

  // Each between the texts of its least and its largest number.
  void strips() {
    for (std::size_t i = 0; i < page_.panels.size(); ++i) {
      if (!page_.panels[i].bar) continue;
      const Scale& scale = page_.panels[i].bar->scale;
      const std::vector<std::string> ends = tick_texts({scale.low, scale.high});
      const double left = layout_.panel_left(i), right = left + layout_.panel_width;
      const double middle = layout_.panel_top(i) - 0.5 * strip_line;
      const double from = left + text_width(ends[0], small_size) + 2;
      const double to = right - text_width(ends[1], small_size) - 2;
      put(ends[0], left, middle, small_size, Anchor::left);
      if (to > from) put(ends[1], right, middle, small_size, Anchor::right);
      layout_.strips.push_back({from, std::max(from, to), middle});
    }
  }

  void y_texts() {
    const std::size_t step = own(&PagePanel::y) ? 1 : layout_.columns;
    for (std::size_t i = 0; i < page_.panels.size(); i += step) {
      for (const AxisText& text : texts_beside(y_of(i), layout_.panel_height, widest_name).texts) {
        put(text.text, layout_.panel_left(i) - tick_space,
            layout_.panel_top(i) + (1 - text.at) * layout_.panel_height, small_size, Anchor::right);
      }
    }
    label_beside(ylabel_, margin + 0.5 * text_line, 0.5 * (layout_.bar_top() + layout_.bottom()));
  }

  void bar_texts() {
    if (!page_.bar) return;
    const double top = layout_.bar_top(), length = layout_.bar_length();
    for (const AxisText& text : texts_beside(page_.bar->scale, length, widest_name).texts) {
      put(text.text, layout_.bar_left() + bar_width + tick_space, top + (1 - text.at) * length, small_size,
          Anchor::left);
    }
    label_beside(barlabel_, page_width - margin - text_line * (static_cast<double>(barlabel_.size()) - 0.5),
                 top + 0.5 * length);
  }

  void x_texts() {
    const bool each = own(&PagePanel::x);
    for (std::size_t i = 0; i < page_.panels.size(); ++i) {
      if (!each && i + layout_.columns < page_.panels.size()) continue;  // another panel is below
      const AxisTexts texts = texts_below(x_of(i), layout_.panel_width);
      const double left = layout_.panel_left(i), bottom = layout_.panel_top(i) + layout_.panel_height;
      for (const AxisText& text : texts.texts) {
        const double x = left + text.at * layout_.panel_width;
        if (texts.turned)
          put(text.text, x, bottom + tick_space, small_size, Anchor::right, true);
        else
          put(text.text, x, bottom + 6.5 + text.row * small_line, small_size, Anchor::center);
      }
    }
    const double middle = 0.5 * (layout_.left + layout_.right);
    const auto beside = [](std::size_t lines) { return margin + text_line * static_cast<double>(lines); };
    const double room = 2 * std::min(middle - beside(left_lines_),
                                     page_width - beside(page_.bar ? right_lines_ : 0) - middle);
    double y = layout_.bottom() + below().room + 0.5 * text_line;
    for (const std::string& line : lines_of(page_.xlabel, room, text_size)) {
      put(line, middle, y, text_size, Anchor::center);
      y += text_line;
    }
    layout_.height = y - 0.5 * text_line + margin;
  }

  const Page& page_;
  Layout layout_;
  std::vector<std::string> ylabel_, barlabel_;    // in lines
  std::vector<std::vector<std::string>> titles_;  // of the panels, in lines
  std::size_t left_lines_ = 1, right_lines_ = 1;  // that there is room for
  bool has_strips_ = false;
  std::vector<std::string> title_in_panel_;  // of the legend
};

}  // namespace

Layout lay_out(const Page& page) { return Builder(page).build(); }

}  // namespace qklab
