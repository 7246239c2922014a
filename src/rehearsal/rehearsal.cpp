#include "rehearsal/rehearsal.hpp"

#include "base/random.hpp"
#include "campaign/campaign.hpp"
#include "parallel/runtime.hpp"
#include "pool/write_pool.hpp"
#include "report/record/stages.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sluice::rehearsal {

namespace {

using campaign::Campaign;
using campaign::CampaignFile;

constexpr RowId small_tiles = 8, large_tiles = 32;  // per rank
constexpr std::int64_t timed_iterations = 2;
const std::set<std::string> of_labelled_rows = {"ask", "cluster", "fit"};  ///< stages that do not look at the pool

/// A folder of the root's that is gone at the end. Collective at both.
class TemporaryFolder {
public:
    explicit TemporaryFolder(const Communicator& ranks) : ranks_(ranks)
    {
        std::string name;
        on_root(ranks, [&] {
            name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
            if (::mkdtemp(name.data()) == nullptr) fail("{}: cannot be made", name);
        });
        path = ranks.broadcast(name, 0);
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        if (ranks_.is_root()) std::filesystem::remove_all(path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::filesystem::path path;

private:
    const Communicator& ranks_;
};

/// Labels of the first rows in the order of the campaign's targets: the pool's, or random ones where it has none.
std::vector<double> labels(const CampaignFile& file, const hdf5::File& source, const pool::PoolInfo& info, RowId first, RowId count)
{
    const auto width = info.target_names.size(), wanted = file.goals.size();
    std::vector<double> known, values;
    if (file.problem.kind == "closed-pool") {
        known.resize(static_cast<std::size_t>(count) * width);
        source.read_rows("/targets", hdf5::Type::float64, first, count, known.data());
    }
    for (RowId i = 0; i < count; ++i) {
        RandomStream random(file.seed(), Purpose::simulated_label, 0, static_cast<std::uint64_t>(first + i));
        for (std::size_t g = 0; g < wanted; ++g) {
            const auto column = static_cast<std::size_t>(std::find(info.target_names.begin(), info.target_names.end(), file.goals[g].target) - info.target_names.begin());
            if (!known.empty()) values.push_back(known[static_cast<std::size_t>(i) * width + column]);
            else values.push_back(file.classifies() ? random.below(static_cast<std::uint32_t>(file.goals[g].classes)) : random.normal());
        }
    }
    return values;
}

/// The first rows of the campaign's pool as a pool of its own.
void write_excerpt(const CampaignFile& file, RowId rows, const std::filesystem::path& path, const Communicator& ranks)
{
    std::optional<hdf5::File> source;
    pool::PoolInfo from;
    together(ranks, [&] {
        source = hdf5::File::open(file.pool_path());  // by each rank for itself: they read different rows at different times
        from = pool::read_pool_info(*source);
    });
    auto info = from;
    info.path = path.string();
    info.rows = rows;
    info.has_ids = false;
    info.target_names.clear();
    for (const auto& goal : file.goals) info.target_names.push_back(goal.target);
    info.target_units.assign(info.target_names.size(), "");
    const auto make_rows = [&](RowId first, RowId count) {
        pool::StoredRows stored;
        stored.features.resize(static_cast<std::size_t>(count) * info.row_bytes());
        source->read_rows("/features", stored_type(info.type), first, count, stored.features.data());
        stored.targets = labels(file, *source, from, first, count);
        return stored;
    };
    pool::write_pool(info, 0, make_rows, ranks);
}

/// The campaign on the first `rows` of its pool.
CampaignFile rehearsal_of(const CampaignFile& file, RowId rows, const std::filesystem::path& folder, const Communicator& ranks)
{
    CampaignFile shorter = file;
    const auto known = file.initial.text("rule") == "rows" ? static_cast<std::int64_t>(file.initial.numbers("rows").size()) : file.initial.whole("count");
    shorter.campaign.set(whole("iterations", 0), timed_iterations);
    shorter.campaign.set(text("stop", ""), std::string("never"));
    shorter.initial.set(text("rule", ""), std::string("random"));
    shorter.initial.set(whole("count", 0), std::min(known, rows / 2));
    shorter.pool.set(whole("test", 0), std::min(file.pool.whole("test"), rows / 8));
    if (file.pool_is_drawn()) {
        shorter.pool.set(whole("rows", 0), rows);
        shorter.pool.set(whole("ratio", 0), std::int64_t{0});
        return shorter;
    }
    write_excerpt(file, rows, folder / "pool.h5", ranks);
    shorter.problem = {"closed-pool", Options(problems::ProblemRegistration::all().at("closed-pool")->options)};
    shorter.pool.set(text("file", ""), (folder / "pool.h5").string());
    shorter.pool.set(text("missing", ""), std::string("drop-row"));
    return shorter;
}

/// What one rehearsal took.
struct Took {
    std::map<std::string, double> first, second;  ///< seconds by stage, of the two iterations
    double memory = 0;                            ///< peak of this rank
};

Took time_one(const CampaignFile& file, RowId rows, const Communicator& ranks)
{
    const TemporaryFolder folder(ranks);
    const auto shorter = rehearsal_of(file, rows, folder.path, ranks);
    Took took;
    parallel::forget_peak_memory();
    {
        Campaign campaign(shorter, folder.path / "run", ranks);
        campaign.run();
        took.memory = static_cast<double>(parallel::recent_peak_memory()) - static_cast<double>(campaign.shard().bytes_in_memory());
    }
    std::vector<report::StageCost> costs;
    together(ranks, [&] { costs = report::read_stages(folder.path / "run" / "stages.csv"); });
    ranks.barrier();  // the folder is the root's to remove
    for (const auto& cost : costs) {
        if (cost.iteration == 1) took.first[cost.stage] += cost.seconds;
        if (cost.iteration == 2) took.second[cost.stage] += cost.seconds;
    }
    return took;
}

/// The value at `rows` of the line through two points, which neither falls nor begins below zero.
double at(double rows, double small, double low, double large, double high)
{
    const double slope = large > small ? std::max(high - low, 0.0) / (large - small) : 0;
    return std::max(high - slope * large, 0.0) + slope * rows;
}

}  // namespace

Forecast rehearse(const CampaignFile& file, const Communicator& ranks)
{
    Forecast forecast;
    pool::PoolInfo info;
    together(ranks, [&] {
        if (file.pool_is_drawn()) {
            info.rows = file.drawn_rows();
            info.columns = static_cast<RowId>(problems::ProblemRegistration::all().at(file.problem.kind)->make(file.problem.options).simulator->columns.size());
        } else {
            info = pool::read_pool_info(hdf5::File::open(file.pool_path()));
        }
    });
    forecast.rows = info.rows;
    const auto tiles = [&](RowId per_rank) { return std::min(per_rank * ranks.size() * info.tile_rows, info.rows); };
    const RowId small = tiles(small_tiles), large = tiles(large_tiles);
    const auto low = time_one(file, small, ranks), high = time_one(file, large, ranks);
    forecast.rehearsed = large;
    forecast.labelled = file.initial.whole("count") + file.campaign.whole("batch");

    const auto line = [&](double a, double b) { return at(static_cast<double>(info.rows), static_cast<double>(small), a, static_cast<double>(large), b); };
    const auto seconds = [](const std::map<std::string, double>& stages, const std::string& name) { return stages.contains(name) ? stages.at(name) : 0.0; };
    for (const auto& [name, value] : high.first) {
        const bool is_constant = of_labelled_rows.contains(name);
        const double second = is_constant ? seconds(high.second, name) : line(seconds(low.second, name), seconds(high.second, name));
        const double first = is_constant ? second : line(seconds(low.first, name), value);
        forecast.stages.push_back({name, std::max(first - second, 0.0), second});
    }
    const double memory = line(low.memory, high.memory);
    forecast.other_bytes = ranks.largest(memory);
    const auto share = share_of(info.tiling(), 0, ranks.size());
    const bool streamed = !file.pool_is_drawn() && pool::is_to_be_streamed(info, share, file.residency(), ranks);
    forecast.kept_bytes = streamed ? 0 : static_cast<double>(share.rows()) * static_cast<double>(info.row_bytes());
    return forecast;
}

}  // namespace sluice::rehearsal
