#include "models/trees/forest.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace sluice::models {

namespace {

float from_index(std::size_t index)
{
    return std::bit_cast<float>(static_cast<std::int32_t>(index));
}

}  // namespace

float below_what(double threshold)
{
    constexpr float infinity = std::numeric_limits<float>::infinity();
    auto nearest = static_cast<float>(threshold);
    if (static_cast<double>(nearest) > threshold) nearest = std::nextafter(nearest, -infinity);
    return std::nextafter(nearest, infinity);
}

Member to_member(const std::vector<Forest>& forests)
{
    Member member;
    for (const auto& forest : forests) {
        member.push_back(forest.base);
        member.push_back(from_index(forest.is_float32 ? 1 : 0));
        member.push_back(from_index(forest.trees.size()));
        for (const auto& tree : forest.trees) {
            member.push_back(from_index(tree.size()));
            for (const auto& node : tree) member.insert(member.end(), {std::bit_cast<float>(node.feature), node.value, std::bit_cast<float>(node.right)});
        }
    }
    return member;
}

std::vector<Forest> to_forests(const Member& member)
{
    std::vector<Forest> forests;
    std::size_t at = 0;
    const auto next_index = [&] { return std::bit_cast<std::int32_t>(member.at(at++)); };
    while (at < member.size()) {
        auto& forest = forests.emplace_back();
        forest.base = member[at++];
        forest.is_float32 = next_index() != 0;
        forest.trees.resize(static_cast<std::size_t>(next_index()));
        for (auto& tree : forest.trees) {
            tree.resize(static_cast<std::size_t>(next_index()));
            for (auto& node : tree) {
                node.feature = next_index();
                node.value = member.at(at++);
                node.right = next_index();
            }
        }
    }
    return forests;
}

double value_at(const Forest& forest, const float* row)
{
    auto sum = static_cast<double>(forest.base);
    for (const auto& tree : forest.trees) {
        std::size_t at = 0;
        while (tree.at(at).feature >= 0) at = row[tree[at].feature] < tree[at].value ? at + 1 : static_cast<std::size_t>(tree[at].right);
        sum += static_cast<double>(tree[at].value);
        if (forest.is_float32) sum = static_cast<double>(static_cast<float>(sum));
    }
    return sum;
}

}  // namespace sluice::models
