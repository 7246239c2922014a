#include "fusion/clustering/clustering.hpp"
#include "parallel/runtime.hpp"
#include "support/blobs.hpp"

#include <fmt/format.h>

#include <cstdlib>

// Prints clusterings of many kinds of rows. The numbers must not depend on the number of threads.   clustering_matrix THREADS

namespace {

using sluice::fusion::ClusteringMethods;

struct Case {
    sluice::test::Blobs blobs;
    ClusteringMethods methods;
    std::int64_t most_scored;
};

void print(const Case& c)
{
    const auto values = blob_rows(c.blobs);
    const auto found = cluster({values, c.blobs.columns}, c.methods, 10, c.most_scored, {7, 3, 1});
    std::string labels;
    for (const auto label : found.label) labels += fmt::format(" {}", label);
    fmt::print("{} x {}: {}; {} clusters; {:a};{}\n", c.blobs.rows, c.blobs.columns, found.method, found.clusters, found.silhouette, labels);
}

}  // namespace

int main(int argc, char** argv)
{
    sluice::parallel::Runtime runtime(&argc, &argv);
    runtime.start_threads(std::atoi(argv[1]));
    constexpr ClusteringMethods usual{}, k_means{true, false, false, false}, mixture{false, true, false, false}, hdbscan{false, false, true, false},
        leiden{false, false, false, true}, all{true, true, true, true};
    for (const auto& c : std::vector<Case>{
             {{.rows = 20, .columns = 140}, all, 4096},
             {{.rows = 21, .columns = 3, .apart = 0}, usual, 4096},
             {{.rows = 120, .columns = 40, .blobs = 7}, all, 4096},
             {{.rows = 300, .columns = 6, .apart = 1}, k_means, 4096},
             {{.rows = 300, .columns = 6, .apart = 1}, mixture, 4096},
             {{.rows = 300, .columns = 6, .apart = 6}, hdbscan, 4096},
             {{.rows = 300, .columns = 6, .apart = 1}, leiden, 4096},
             {{.rows = 257, .columns = 9, .distinct = 60}, all, 4096},
             {{.rows = 900, .columns = 17, .blobs = 5}, k_means, 300},
             {{.rows = 900, .columns = 17, .blobs = 5}, mixture, 300},
             {{.rows = 900, .columns = 4, .blobs = 5, .apart = 6}, hdbscan, 300},
             {{.rows = 900, .columns = 17, .blobs = 5}, leiden, 300},
             {{.rows = 1500, .columns = 33, .blobs = 11, .apart = 1}, usual, 4096},
         }) {
        print(c);
    }
    return 0;
}
