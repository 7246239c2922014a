#include "campaign/candidates/spread_points.hpp"

#include "base/random.hpp"
#include "pool/space_filling.hpp"

namespace sluice::campaign {

std::vector<std::vector<float>> spread_points(const CampaignFile& file, std::int64_t iteration)
{
    const auto& domain = *file.domain;
    const auto count = iteration == 0 ? file.initial.whole("count") : file.campaign.whole("batch");
    std::vector<float> points;
    if (iteration == 0 && file.initial.text("rule") == "latin-hypercube") {
        points = pool::latin_hypercube(domain, count, file.seed());
    } else {
        for (std::int64_t i = 0; i < count; ++i) {
            RandomStream random(file.seed(), Purpose::initial_rows, static_cast<std::uint32_t>(iteration), static_cast<std::uint64_t>(i));
            for (std::size_t c = 0; c < domain.lower.size(); ++c) points.push_back(domain.at(c, random.uniform()));
        }
    }
    std::vector<std::vector<float>> rows;
    for (auto point = points.begin(); point != points.end(); point += domain.columns()) rows.emplace_back(point, point + domain.columns());
    return rows;
}

}  // namespace sluice::campaign
