#include "models/ensemble.hpp"
#include "models/networks/plateau.hpp"
#include "support/draws.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace sluice::models {

namespace {

/// Written by tests/golden/deep_mlp.py, with PyTorch in float64.
const nlohmann::json& golden()
{
    static const nlohmann::json file = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/deep_mlp.json"));
    return file;
}

std::size_t size(const nlohmann::json& c, const char* name)
{
    return c[name].get<std::size_t>();
}

/// As the script draws a network's flat list.
Member network(std::uint64_t seed, const nlohmann::json& c)
{
    std::vector<std::size_t> sizes = {size(c, "columns")};
    sizes.insert(sizes.end(), size(c, "depth"), size(c, "width"));
    sizes.push_back(size(c, "targets"));
    const std::size_t hidden = size(c, "width") * size(c, "depth");
    std::size_t layers_end = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) layers_end += (sizes[l] + 1) * sizes[l + 1];
    const auto drawn = test::normals(seed, layers_end + 4 * hidden);
    Member flat;
    for (const double value : drawn) flat.push_back(static_cast<float>(0.5 * value));
    std::size_t at = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        for (std::size_t i = at; i < at + sizes[l] * sizes[l + 1]; ++i) flat[i] = static_cast<float>(drawn[i] * 1.5 / std::sqrt(static_cast<double>(sizes[l])));
        at += (sizes[l] + 1) * sizes[l + 1];
    }
    for (std::size_t i = at; i < at + hidden; ++i) flat[i] = static_cast<float>(1 + 0.2 * drawn[i]);
    for (std::size_t i = at + 3 * hidden; i < flat.size(); ++i) flat[i] = static_cast<float>(0.5 + 0.1 * drawn[i]);
    return flat;
}

std::vector<float> points(std::uint64_t seed, std::size_t count)
{
    const auto drawn = test::normals(seed, count);
    return {drawn.begin(), drawn.end()};
}

TrainingSet labelled_set(std::uint64_t seed, const nlohmann::json& c)
{
    TrainingSet data;
    data.columns = c["columns"];
    data.targets = c["targets"];
    data.x = points(seed, size(c, "rows") * size(c, "columns"));
    for (std::int64_t i = 0; i < c["rows"].get<std::int64_t>(); ++i) {
        data.rows.push_back(i);
        const double first = static_cast<double>(data.x[static_cast<std::size_t>(i * data.columns)]), last = static_cast<double>(data.x[static_cast<std::size_t>((i + 1) * data.columns - 1)]);
        for (std::int64_t t = 0; t < data.targets; ++t) data.y.push_back(std::sin((static_cast<double>(t) + 1.5) * first) + 0.3 * last * last);
    }
    return data;
}

Family family_of(const nlohmann::json& c, std::map<std::string, OptionValue> more)
{
    more["width"] = c["width"].get<std::int64_t>();
    more["depth"] = c["depth"].get<std::int64_t>();
    more["start"] = std::string("warm");
    return test::family("deep-mlp-ensemble", more);
}

}  // namespace

TEST(DeepMlpGolden, LearnsAsPyTorchDoes)
{
    for (const auto& c : golden()["trained"]) {
        const auto data = labelled_set(100 + c["case"].get<std::uint64_t>(), c);
        const auto family = family_of(c, {{"epochs", c["epochs"].get<std::int64_t>()}, {"learning_rate", c["learning_rate"].get<double>()}, {"l2", c["l2"].get<double>()}});
        std::vector<Member> networks;
        for (std::size_t m = 0; m < size(c, "members"); ++m) networks.push_back(network(1000 + 10 * c["case"].get<std::uint64_t>() + m, c));
        const int count = static_cast<int>(networks.size());
        const auto members = family.train_together(data, {0, count, count}, networks, {1, 1}, test::ranks().split(-1));
        constexpr std::size_t tested = 10;
        std::vector<float> said(tested * members.size() * size(c, "targets"));
        family.predictor(members, data, parallel::Place::host)(data.x.data(), tested, said.data());
        std::size_t at = 0;
        for (const auto& row : c["predicted"]) {
            for (const auto& member : row) {
                for (const auto& value : member) EXPECT_NEAR(static_cast<double>(said[at++]), value.get<double>(), 2e-3) << "case " << c["case"] << ", number " << at - 1;
            }
        }
    }
}

TEST(DeepMlpGolden, LearningRatesFallAsInPyTorch)
{
    Plateau plateau{1.0};
    const auto& losses = golden()["plateau"]["losses"];
    for (std::size_t i = 0; i < losses.size(); ++i) {
        plateau.look(losses[i].get<double>());
        EXPECT_NEAR(plateau.rate, golden()["plateau"]["rates"][i].get<double>(), 1e-12) << "after look " << i;
    }
}

TEST(DeepMlpGolden, OutputChangesAreThoseOfAutograd)
{
    for (const auto& c : golden()["changed"]) {
        const auto number = c["case"].get<std::uint64_t>();
        TrainingSet shape;
        shape.columns = c["columns"];
        shape.targets = c["targets"];
        const auto family = family_of(c, {});
        const auto x = points(200 + number, size(c, "rows") * size(c, "columns"));
        const auto change = family.output_change({network(2000 + number, c)}, shape, {points(300 + number, size(c, "references") * size(c, "columns")), c["label"].get<std::vector<double>>()});
        std::vector<double> said(size(c, "rows"));
        change(x.data(), static_cast<std::int64_t>(said.size()), said.data());
        for (std::size_t i = 0; i < said.size(); ++i) EXPECT_NEAR(said[i] / c["scores"][i].get<double>(), 1, 1e-4) << "case " << number << ", row " << i;
    }
}

}  // namespace sluice::models
