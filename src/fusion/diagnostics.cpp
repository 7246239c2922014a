#include "fusion/diagnostics.hpp"

#include <nlohmann/json.hpp>

namespace sluice::fusion {

namespace {

using Json = nlohmann::ordered_json;

/// Six digits: enough for a figure, and a journal stays readable.
Json rounded(double value)
{
    return std::isfinite(value) ? Json(std::stod(fmt::format("{:.6g}", value))) : Json(nullptr);
}

Json options_json(const Options& options)
{
    Json object = Json::object();
    for (const auto& [name, value] : options.values()) {
        std::visit([&, &key = name](const auto& v) {
            if constexpr (std::is_same_v<std::decay_t<decltype(v)>, double>) object[key] = rounded(v);
            else object[key] = v;
        }, value);
    }
    return object;
}

}  // namespace

std::string to_json(const Diagnostics& diagnostics, const std::vector<Surrogate>& surrogates, const Channels& channels)
{
    Json all = {{"labelled_clustering", {diagnostics.labelled_clustering, diagnostics.labelled_clusters}},
                {"diverse", diagnostics.diverse},
                {"explained", rounded(diagnostics.explained)},
                {"drawn", diagnostics.drawn},
                {"density_ratio", rounded(diagnostics.density.density_ratio)},
                {"coverage", rounded(diagnostics.density.coverage)},
                {"divergence", rounded(diagnostics.density.divergence)}};
    if (!diagnostics.screen_clustering.empty()) all["screen_clustering"] = {diagnostics.screen_clustering, diagnostics.screen_clusters};
    if (diagnostics.test_mse) all["figures"] = {{"test_mse", std::isfinite(*diagnostics.test_mse) ? Json(*diagnostics.test_mse) : Json(nullptr)}};
    for (std::size_t c = 0; c < surrogates.size(); ++c) {
        const auto& s = surrogates[c];
        const auto& scores = channels.surrogate[c];
        all["surrogates"].push_back({{"family", families()[s.family].name},
                                     {"target", s.target},
                                     {"dimensions", {s.dimension.unsupervised, s.dimension.supervised, s.dimension.nearest_neighbour}},
                                     {"budget", s.information.budget},
                                     {"options", options_json(s.chosen)},
                                     {"search_score", rounded(s.search_score)},
                                     {"r2", rounded(s.reliability.r2)},
                                     {"r2_sd", rounded(s.reliability.r2_deviation)},
                                     {"elpd", rounded(s.reliability.log_score)},
                                     {"noise", rounded(s.reliability.noise)},
                                     {"accuracy", rounded(scores.accuracy)},
                                     {"calibration", rounded(scores.calibration)},
                                     {"structure", rounded(scores.structure)},
                                     {"flat", scores.flat},
                                     {"signal", rounded(scores.signal)},
                                     {"ratio", rounded(scores.ratio)}});
    }
    for (const auto& target : channels.target) {
        all["targets"].push_back({{"deviation", rounded(target.deviation)},
                                  {"calibration_deviation", rounded(target.calibration_deviation)},
                                  {"gain", rounded(target.gain)},
                                  {"boost", rounded(target.boost)}});
    }
    return all.dump();
}

}  // namespace sluice::fusion
