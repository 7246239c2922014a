#include "report/figures/latent_pictures.hpp"

#include "base/error.hpp"
#include "report/plot/svg.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice::report {

namespace {

bool is_base64(const std::string& text)
{
    return !text.empty() && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == std::string::npos;
}

/// What a page says of pictures of that name; of other names nothing is known.
struct Explanation {
    const char* name;
    std::vector<const char*> line_labels;  ///< of the first lines, and again of the next as many
    const char* caption;
};

const Explanation& explanation_of(const std::string& name)
{
    static const std::vector<Explanation> known = {
        {"reconstruction", {"row", "decoded"}, "Rows that were not learned from, and below each its decoded mean code."},
        {"interpolation", {"codes", "rows"}, "From one row that was not learned from to another. Upper lines: decoded codes on the straight line between the two rows' "
                                             "mean codes. Lower lines: mixtures of the rows' pixels, for comparison; codes that pass through images of their own, and not "
                                             "through mixtures, are a space to move in."},
        {"generation", {""}, "Decoded draws: of an entropic autoencoder the code of a random row by a random one of its encoders, of a variational one a draw from its prior."},
    };
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.name == name; });
    if (found == known.end()) fail("pictures of \"{}\" are unknown", name);
    return *found;
}

}  // namespace

std::vector<LatentPictures> latent_pictures(const std::string& name, const std::string& text)
{
    try {
        std::vector<LatentPictures> all;
        for (const auto& one : nlohmann::json::parse(text)) {
            const auto number = [&](const char* key) { return one.at(key).get<double>(); };
            LatentPictures pictures{.name = one.at("name").get<std::string>(), .lines = number("lines"), .columns = number("columns"), .height = number("height"),
                                    .width = number("width"), .png = one.at("png").get<std::string>()};
            explanation_of(pictures.name);
            for (const double size : {pictures.lines, pictures.columns, pictures.height, pictures.width}) {
                if (!(size >= 1 && size <= 65536)) fail("{} is not a number of lines, columns or pixels", size);
            }
            if (!is_base64(pictures.png)) fail("the picture is not in base64");
            all.push_back(std::move(pictures));
        }
        return all;
    } catch (const std::exception& error) {
        fail("{}: /pictures is not what represent writes: {}", name, error.what());
    }
}

Figure picture_figure(const LatentPictures& pictures)
{
    constexpr double label_width = 72, largest = 90;  // pixels
    const auto& [name, line_labels, caption] = explanation_of(pictures.name);
    const double width = std::min((figure_width - label_width) / pictures.columns, largest), height = width * pictures.height / pictures.width;
    const Box place{label_width, 2, width * pictures.columns, height * pictures.lines};
    Drawing drawing{.width = figure_width, .height = place.height + 4};
    add_picture(drawing, place, pictures.png);
    for (double column = 1; column < pictures.columns; ++column) {
        const double x = place.x + column * width;
        add_line(drawing, {x, place.y}, {x, place.y + place.height}, "gap");
    }
    for (double line = 0; line < pictures.lines; ++line) {
        const double y = place.y + line * height;
        if (line > 0) add_line(drawing, {place.x, y}, {place.x + place.width, y}, "gap");
        add_text(drawing, {label_width - 8, y + height / 2 + 4}, line_labels[static_cast<std::size_t>(line) % line_labels.size()], "tick end");
    }
    return {.svg = svg_element(drawing, fmt::format("Decoded latents: {}", name)), .caption = caption};
}

}  // namespace sluice::report
