#pragma once

#include "fusion/clustering/rows.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace sluice::test {

/// A data set of tests/golden/clustering.json and what other libraries found in it.
struct ClusteringGolden {
    std::string name;
    fusion::Rows rows;
    nlohmann::json found;
};

inline std::vector<ClusteringGolden> clustering_golden()
{
    const auto file = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/clustering.json"));
    std::vector<ClusteringGolden> all;
    for (const auto& [name, data] : file.at("data").items()) {
        const auto values = data.at("rows").get<std::vector<float>>();
        all.push_back({name, fusion::Rows(Points{values, data.at("columns").get<std::int64_t>()}), data});
    }
    return all;
}

}  // namespace sluice::test
