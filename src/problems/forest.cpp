#include "problems/forest.hpp"

#include "base/error.hpp"
#include "pool/hdf5.hpp"
#include "problems/problem.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

namespace sluice::problems {

double Forest::operator()(std::span<const float> x) const
{
    double sum = 0;
    for (std::size_t tree = 0; tree < trees(); ++tree) {
        auto node = static_cast<std::size_t>(first[tree]);
        while (feature[node] != leaf) node += x[feature[node]] <= number[node] ? 1 : static_cast<std::size_t>(right[node]);
        sum += static_cast<double>(number[node]);
    }
    return sum / static_cast<double>(trees());
}

namespace {

/// Every tree lies within its nodes, and every way down ends in a leaf.
bool is_sound(const Forest& forest, std::size_t columns)
{
    const auto nodes = static_cast<std::int64_t>(forest.number.size());
    if (forest.first.size() < 2 || forest.first.front() != 0 || forest.first.back() != nodes) return false;
    if (forest.feature.size() != forest.number.size() || forest.right.size() != forest.number.size()) return false;
    for (std::size_t tree = 0; tree < forest.trees(); ++tree) {
        const auto end = forest.first[tree + 1];
        if (forest.first[tree] >= end) return false;
        for (auto node = forest.first[tree]; node < end; ++node) {
            const auto feature = forest.feature[static_cast<std::size_t>(node)];
            if (feature == Forest::leaf) continue;
            const auto right = forest.right[static_cast<std::size_t>(node)];
            if (feature >= columns || right < 1 || node + right >= end || node + 1 >= end) return false;
        }
    }
    return true;
}

/// A forest that is read when it is first needed: its problem can be named and described without it.
class ForestOnDemand {
public:
    ForestOnDemand(std::filesystem::path path, std::size_t columns) : path_(std::move(path)), columns_(columns) {}

    const Forest& get()
    {
        const std::lock_guard lock(guard_);
        if (!forest_) forest_ = read_forest(path_, columns_);
        return *forest_;
    }

private:
    std::filesystem::path path_;
    std::size_t columns_;
    std::mutex guard_;
    std::optional<Forest> forest_;
};

Problem make(const Options& options, const std::vector<std::string>& columns)
{
    const auto forest = std::make_shared<ForestOnDemand>(options.text("file"), columns.size());
    return {.simulator = simulate_over_box(columns, {"y"}, [forest](std::span<const float> x, std::span<double> y) { y[0] = forest->get()(x); })};
}

std::vector<OptionSpec> file_option(const std::string& fallback)
{
    return {text("file", fallback).help("the fitted forest, relative to the campaign file; tools/problems/forest.py makes it from the table")};
}

const ProblemRegistration foil{
    "foil", "simulator of paper 002: noise of an airfoil, by a forest fitted to UCI's measurements (FOIL)", file_option("foil.forest.h5"),
    [](const Options& options) { return make(options, {"frequency", "attack_angle", "chord", "velocity", "displacement_thickness"}); }};

const ProblemRegistration hydr{
    "hydr", "simulator of paper 002: resistance of a yacht's hull, by a forest fitted to UCI's measurements (HYDR)", file_option("hydr.forest.h5"), [](const Options& options) {
        return make(options, {"buoyancy_centre", "prismatic_coefficient", "length_displacement", "beam_draught", "length_beam", "froude_number"});
    }};

}  // namespace

Forest read_forest(const std::filesystem::path& path, std::size_t columns)
{
    if (!std::filesystem::exists(path)) fail("{}: no such file; tools/problems/forest.py makes it from the table of measurements", path.string());
    const auto file = hdf5::File::open(path);
    if (!file.has_attribute("sluice_forest") || file.whole_attribute("sluice_forest") != 1) {
        fail("{}: not a forest that this program reads; tools/problems/forest.py makes one", path.string());
    }
    Forest forest{file.read_all<std::int64_t>("/first", hdf5::Type::int64), file.read_all<std::uint8_t>("/feature", hdf5::Type::uint8),
                  file.read_all<float>("/number", hdf5::Type::float32), file.read_all<std::int64_t>("/right", hdf5::Type::int64)};
    if (!is_sound(forest, columns)) fail("{}: its trees are not sound for {} features (file damaged, or of another problem)", path.string(), columns);
    return forest;
}

}  // namespace sluice::problems
