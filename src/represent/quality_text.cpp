#include "represent/quality_text.hpp"

#include <nlohmann/json.hpp>

namespace sluice::represent {

std::string quality_text(const std::string& method, const Recipe& recipe, std::int64_t training_rows, const Learned& learned, const Quality& q)
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
    if (learned.temperature > 0) text.update({{"temperature", learned.temperature}, {"time_step", learned.time_step}});
    for (const auto& t : learned.trials) {
        text["trials"].push_back({{"temperature", t.temperature}, {"error", t.error}, {"error_of_mean_code", t.error_of_mean}, {"active", t.active}, {"informed", t.informed},
                                  {"information", t.information}, {"kinetic", t.kinetic}, {"friction", t.friction}});
    }
    return text.dump();
}

}  // namespace sluice::represent
