#include "report/plot/axes.hpp"

#include <algorithm>

namespace sluice::report {

namespace {

constexpr double tick_length = 5;
constexpr double bottom_space = 42;   // tick numbers and label below the frame
constexpr double right_space = 14;    // half of the last tick number
constexpr double pixels_per_x_tick = 62;
constexpr double pixels_per_y_tick = 34;

double left_space(const TickLabels& labels)
{
    double widest = 0;
    for (const auto& text : labels.text) widest = std::max(widest, text_width(text));
    return std::max(usual_left_space, widest + 34);
}

}  // namespace

Range iteration_range(double first, double last)
{
    return {first - 0.5, last + 0.5};
}

Frame draw_axes(Drawing& drawing, const AxesSpec& spec)
{
    const int most_y_ticks = std::max(3, static_cast<int>(spec.place.height / pixels_per_y_tick));
    const auto y_ticks = spec.y_is_logarithm ? logarithmic_ticks_in(spec.y, most_y_ticks) : ticks_in(spec.y, most_y_ticks);
    const auto y_labels = spec.y_is_logarithm ? logarithmic_tick_labels(y_ticks) : tick_labels(y_ticks);
    const double left = left_space(y_labels);
    const Box inner{spec.place.x + left, spec.place.y, spec.place.width - left - right_space, spec.place.height - bottom_space};
    const double bottom = inner.y + inner.height;
    const double right = inner.x + inner.width;

    const int most_x_ticks = std::max(3, static_cast<int>(inner.width / pixels_per_x_tick));
    const auto x_ticks = spec.x_is_whole ? whole_ticks_in(spec.x, most_x_ticks) : ticks_in(spec.x, most_x_ticks);
    const auto x_labels = tick_labels(x_ticks);
    const Frame frame{inner, {spec.x, inner.x, right}, {spec.y, bottom, inner.y}, x_ticks};

    for (std::size_t i = 0; i < y_ticks.at.size(); ++i) {
        const double y = frame.y(y_ticks.at[i]);
        add_line(drawing, {inner.x, y}, {right, y}, "grid");
        add_line(drawing, {inner.x - tick_length, y}, {inner.x, y}, "axis");
        add_text(drawing, {inner.x - tick_length - 4, y + 4}, y_labels.text[i], "tick end");
    }
    for (std::size_t i = 0; i < x_ticks.at.size(); ++i) {
        const double x = frame.x(x_ticks.at[i]);
        add_line(drawing, {x, bottom}, {x, bottom + tick_length}, "axis");
        add_text(drawing, {x, bottom + tick_length + 13}, x_labels.text[i], "tick middle");
    }
    add_line(drawing, {inner.x, inner.y}, {inner.x, bottom}, "axis");
    add_line(drawing, {inner.x, bottom}, {right, bottom}, "axis");
    const auto with_factor = [](const std::string& label, const std::string& factor) {
        return factor.empty() ? label : label + "  [" + factor + "]";
    };
    add_text(drawing, {inner.x + inner.width / 2, bottom + 36}, with_factor(spec.x_label, x_labels.factor), "label middle");
    add_upward_text(drawing, {spec.place.x + 14, inner.y + inner.height / 2}, with_factor(spec.y_label, y_labels.factor), "label");
    return frame;
}

void draw_top_labels(Drawing& drawing, const Frame& frame, const std::vector<double>& at, const std::vector<std::string>& texts,
                     const std::string& label)
{
    const double top = frame.inner.y;
    for (std::size_t i = 0; i < at.size(); ++i) {
        const double x = frame.x(at[i]);
        add_line(drawing, {x, top - tick_length}, {x, top}, "axis");
        add_text(drawing, {x, top - tick_length - 4}, texts[i], "tick middle");
    }
    add_line(drawing, {frame.inner.x, top}, {frame.inner.x + frame.inner.width, top}, "axis");
    add_text(drawing, {frame.inner.x + frame.inner.width / 2, top - 24}, label, "label middle");
}

}  // namespace sluice::report
