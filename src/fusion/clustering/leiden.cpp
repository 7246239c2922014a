#include "fusion/clustering/leiden.hpp"

#include "base/error.hpp"

#include <igraph.h>

#include <algorithm>
#include <memory>
#include <numeric>

namespace sluice::fusion {

namespace {

constexpr int runs = 10;
constexpr double least_gain = 1e-12;   ///< of quality, in an iteration; below it is rounding
constexpr double randomness = 0.01;  ///< of the refinement step; the authors' own choice

void check(igraph_error_t status, const char* call)
{
    if (status != IGRAPH_SUCCESS) fail("igraph: {}: {}", call, igraph_strerror(status));
}

/// igraph ends the process on an error unless told to return it.
class ReturnedErrors {
public:
    ReturnedErrors() : before_(igraph_set_error_handler(igraph_error_handler_ignore)) {}
    ~ReturnedErrors() { igraph_set_error_handler(before_); }
    ReturnedErrors(const ReturnedErrors&) = delete;
    ReturnedErrors& operator=(const ReturnedErrors&) = delete;

private:
    igraph_error_handler_t* before_;
};

struct NeighbourGraph {
    std::vector<igraph_integer_t> ends;   ///< [edges, 2]
    std::vector<igraph_real_t> weight;    ///< [edges]
    std::vector<igraph_real_t> strength;  ///< [rows] total weight of a row's edges
    igraph_real_t total = 0;              ///< weight of all edges
};

NeighbourGraph graph_of(const Neighbours& neighbours, std::int64_t rows, int k)
{
    struct Pair {
        std::int32_t low, high;
        float squared;
        auto operator<=>(const Pair&) const = default;
    };
    std::vector<Pair> pairs;
    for (std::int64_t i = 0; i < rows; ++i) {
        for (int rank = 0; rank < k; ++rank) {
            const auto row = static_cast<std::int32_t>(i), other = neighbours.row_at(i, rank);
            const float squared = neighbours.squared_at(i, rank);
            if (squared > 0) pairs.push_back({std::min(row, other), std::max(row, other), squared});
        }
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());

    NeighbourGraph graph;
    graph.strength.assign(static_cast<std::size_t>(rows), 0.0);
    for (const auto& [low, high, squared] : pairs) {
        const double weight = 1 / static_cast<double>(squared);
        graph.ends.insert(graph.ends.end(), {low, high});
        graph.weight.push_back(weight);
        graph.strength[low] += weight;
        graph.strength[high] += weight;
        graph.total += weight;
    }
    return graph;
}

template <typename T>
igraph_integer_t size_of(const std::vector<T>& values)
{
    return static_cast<igraph_integer_t>(values.size());
}

Communities one_run(const igraph_t& graph, const NeighbourGraph& edges, double resolution, std::uint32_t seed)
{
    igraph_vector_t weight{}, strength{};
    igraph_vector_view(&weight, edges.weight.data(), size_of(edges.weight));
    igraph_vector_view(&strength, edges.strength.data(), size_of(edges.strength));
    igraph_vector_int_t membership{};
    check(igraph_vector_int_init(&membership, 0), "igraph_vector_int_init");
    const std::unique_ptr<igraph_vector_int_t, decltype(&igraph_vector_int_destroy)> destroyed(&membership, igraph_vector_int_destroy);
    check(igraph_rng_seed(igraph_rng_default(), seed), "igraph_rng_seed");
    Communities found;
    // One iteration at a time: left to itself, igraph iterates until no row moves, and on some graphs rows move for ever without a gain.
    for (bool is_first = true, improves = true; improves; is_first = false) {
        igraph_real_t quality = 0;
        check(igraph_community_leiden(&graph, &weight, &strength, resolution / (2 * edges.total), randomness, /*start=*/!is_first, /*n_iterations=*/1, &membership,
                                      nullptr, &quality),
              "igraph_community_leiden");
        improves = is_first || quality > found.quality + least_gain;
        found.quality = quality;
    }
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(&membership); ++i) found.label.push_back(static_cast<std::int32_t>(VECTOR(membership)[i]));
    return found;
}

}  // namespace

Communities leiden(const Neighbours& neighbours, int k, double resolution, RandomStream random)
{
    const auto rows = static_cast<std::int64_t>(neighbours.row.size()) / neighbours.k;
    Communities best;
    const auto edges = graph_of(neighbours, rows, k);
    if (edges.weight.empty()) {  // all rows equal: nobody is joined to anybody
        best.label.resize(static_cast<std::size_t>(rows));
        std::iota(best.label.begin(), best.label.end(), 0);
        return best;
    }
    const ReturnedErrors returned;
    igraph_vector_int_t ends{};
    igraph_vector_int_view(&ends, edges.ends.data(), size_of(edges.ends));
    igraph_t graph{};
    check(igraph_create(&graph, &ends, rows, IGRAPH_UNDIRECTED), "igraph_create");
    const std::unique_ptr<igraph_t, decltype(&igraph_destroy)> destroyed(&graph, igraph_destroy);
    best = one_run(graph, edges, resolution, random.bits());
    for (int run = 1; run < runs; ++run) {
        auto next = one_run(graph, edges, resolution, random.bits());
        if (next.quality > best.quality) best = std::move(next);
    }
    return best;
}

}  // namespace sluice::fusion
