#include "represent/quality_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sluice::represent {

namespace {

nlohmann::ordered_json figures_of(const Trial& t)
{
    return {{"temperature", t.temperature}, {"error", t.error}, {"error_of_mean_code", t.error_of_mean}, {"active", t.active}, {"informed", t.informed},
            {"information", t.information}, {"kinetic", t.kinetic}, {"friction", t.friction}};
}

std::vector<std::vector<double>> by_term(const std::vector<double>& coefficients, std::size_t units)
{
    std::vector<std::vector<double>> rows;
    for (auto at = coefficients.begin(); at != coefficients.end(); at += static_cast<std::ptrdiff_t>(units)) rows.emplace_back(at, at + static_cast<std::ptrdiff_t>(units));
    return rows;
}

}  // namespace

std::string warning_of(const Learned& learned)
{
    if (!learned.misses_target()) return {};
    const auto& last = learned.runs.back();
    return fmt::format("the temperature is off: the held-out error is {:.4g} at T = {:.4g}, {:.4g} was aimed at; give a larger --trial-share, more --samplings, or --temperature",
                       last.error, last.temperature, learned.target_error);
}

std::string quality_text(const std::string& method, const Recipe& recipe, std::int64_t training_rows, const Learned& learned, const Quality& q, const Motion* motion)
{
    const auto& shape = learned.representation.shape;
    nlohmann::ordered_json text = {
        {"method", method},
        {"units", shape.units},
        {"hidden", shape.hidden},
        {"seed", recipe.seed},
        {"training_rows", training_rows},
        {"encoders", learned.representation.encoders.size()},
        {"error", q.r1},
        {"error_of_mean_code", q.r2},
        {"error_of_mean_reconstruction", q.r3},
        {"error_of_principal_components", q.principal},
        {"active", q.active},
        {"active_means", q.active_means},
        {"informed", q.informed},
        {"information", q.information},
    };
    if (shape.is_convolutional()) text.update({{"image", {shape.image.height, shape.image.width, shape.image.channels}},
                                               {"filters", shape.filters}, {"decoder_filters", shape.decoder_filters}});
    if (learned.temperature > 0) text.update({{"temperature", learned.temperature}, {"time_step", learned.time_step}});
    for (const auto& t : learned.trials) text["trials"].push_back(figures_of(t));
    if (learned.target_error > 0) text["target_error"] = learned.target_error;
    for (const auto& t : learned.runs) text["runs"].push_back(figures_of(t));
    if (const auto warning = warning_of(learned); !warning.empty()) text["warning"] = warning;
    if (motion != nullptr) {
        const auto units = static_cast<std::size_t>(shape.units);
        text["motion"] = {{"terms", motion->terms}, {"mean", by_term(motion->mean, units)}, {"mode", by_term(motion->mode, units)},
                          {"unexplained", {{"rows", motion->unexplained_rows}, {"rates", motion->unexplained_rates}, {"latent_rates", motion->unexplained_latent_rates}}}};
        for (const auto& one : motion->coefficients) text["motion"]["encoders"].push_back(by_term(one, units));
    }
    return text.dump();
}

}  // namespace sluice::represent
