#include "base/files.hpp"
#include "campaign/campaign.hpp"
#include "pool/hdf5.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

// Campaigns whose pool is drawn anew for each batch, and surrogates and scores of paper 002, which use them.
namespace sluice {

namespace {

using test::ranks;

constexpr RowId initial = 9, batch_rows = 4, candidates = 12;

std::string text_of(const std::string& score, const std::string& rest, int iterations = 3)
{
    return fmt::format("[campaign]\nname = \"fresh\"\nbatch = {}\niterations = {}\nseed = 5\ninitial = {{ count = {} }}\n[pool]\nratio = 3\ntest = 0\nscaling = \"none\"\n[problem]\n"
                       "kind = \"robo\"\n[surrogate]\nkind = \"deep-mlp-ensemble\"\nmembers = 3\nwidth = 10\ndepth = 2\nepochs = 25\n{}\n[acquisition]\nkind = \"{}\"\n",
                       batch_rows, iterations, initial, rest, score);
}

/// What a run writes of what was asked and answered.
std::string run(const std::filesystem::path& folder, const std::string& text, const Communicator& group)
{
    campaign::Campaign campaign(campaign::parse_campaign(text, folder / "c.toml", {}), folder, group);
    campaign.run();
    campaign.write_map();
    group.barrier();
    return read_file(folder / "journal.jsonl");
}

std::vector<campaign::JournalEvent> events_of(const std::string& journal)
{
    return campaign::parse_journal(journal, "journal").events;
}

}  // namespace

TEST(FreshPool, NamesEachCandidateOnceAndLabelsIt)
{
    const test::SharedFolder folder;
    const auto events = events_of(run(folder.path / "run", text_of("variance", ""), ranks()));
    const auto simulator = *problems::ProblemRegistration::all().at("robo")->make({}).simulator;
    std::set<RowId> asked;
    std::int64_t labels = 0;
    for (const auto& event : events) {
        if (const auto* batch = std::get_if<campaign::BatchEvent>(&event)) {
            EXPECT_EQ(batch->rows.size(), static_cast<std::size_t>(batch->iteration == 0 ? initial : batch_rows));
            for (const RowId row : batch->rows) {
                EXPECT_TRUE(asked.insert(row).second) << row;
                const RowId begin = batch->iteration == 0 ? 0 : initial + (batch->iteration - 1) * candidates;
                EXPECT_GE(row, begin);
                EXPECT_LT(row, begin + (batch->iteration == 0 ? initial : candidates));
            }
            continue;
        }
        const auto& label = std::get<campaign::LabelEvent>(event);
        std::vector<float> x(4);
        std::vector<double> y(2);
        simulator.draw(5, problems::Population::pool, label.row, x);
        simulator.answer(5, problems::Population::pool, label.row, x, y);
        EXPECT_EQ(*label.answer, y);
        ++labels;
    }
    EXPECT_EQ(labels, initial + 3 * batch_rows);
}

TEST(FreshPool, SameJournalOnOneRankAndOnAll)
{
    const test::SharedFolder folder;
    for (const auto* score : {"variance", "random", "emoc", "learning-loss", "mse-oracle"}) {
        SCOPED_TRACE(score);
        const auto text = text_of(score, "");
        const auto together = run(folder.path / score, text, ranks());
        EXPECT_EQ(run(folder.path / fmt::format("{}.{}", score, ranks().rank()), text, ranks().split(ranks().rank())), together);
    }
}

TEST(FreshPool, GoesOnAfterARestartAsIfThereHadBeenNone)
{
    const test::SharedFolder folder;
    for (const auto* start : {"scratch", "warm"}) {
        SCOPED_TRACE(start);
        const auto rest = fmt::format("start = \"{}\"", start);
        const auto whole = run(folder.path / fmt::format("{}.whole", start), text_of("variance", rest, 4), ranks());
        const auto parts = folder.path / fmt::format("{}.parts", start);
        for (const int iterations : {1, 3}) run(parts, text_of("variance", rest, iterations), ranks());
        const auto last_fit = hdf5::File::open(parts / "checkpoint.h5", ranks()).read_all<std::int64_t>("/last_fit", hdf5::Type::int64);
        EXPECT_EQ(last_fit, start == std::string("warm") ? (std::vector<std::int64_t>{3, 3}) : (std::vector<std::int64_t>{0, 0})) << "iteration and members to go on from";
        EXPECT_EQ(run(parts, text_of("variance", rest, 4), ranks()), whole);
        ranks().barrier();
        if (ranks().is_root()) std::filesystem::remove(parts / "checkpoint.h5"), std::filesystem::remove(parts / "checkpoint.prev.h5");
        ranks().barrier();
        EXPECT_EQ(run(parts, text_of("variance", rest, 4), ranks()), whole);
    }
}

TEST(FreshPool, TheOracleKnowsTheTrueErrorsInRawUnits)
{
    const test::SharedFolder folder;
    const auto events = events_of(run(folder.path / "run", text_of("mse-oracle", "targets = \"raw\""), ranks()));
    std::map<RowId, std::vector<double>> labels;
    for (const auto& event : events) {
        if (const auto* label = std::get_if<campaign::LabelEvent>(&event)) labels[label->row] = *label->answer;
    }
    for (const auto& event : events) {
        const auto* batch = std::get_if<campaign::BatchEvent>(&event);
        if (batch == nullptr || batch->iteration == 0) continue;
        for (std::size_t i = 0; i < batch->rows.size(); ++i) {
            double error = 0;
            for (std::size_t t = 0; t < 2; ++t) error += std::pow(batch->mean[i][t] - labels[batch->rows[i]][t], 2) / 2;
            EXPECT_NEAR(batch->scores[i], error, 1e-5 + 1e-3 * error);
            if (i > 0) {
                EXPECT_LE(batch->scores[i], batch->scores[i - 1]);
            }
        }
    }
}

TEST(FreshPool, RefusesAJournalWithACandidateOfAnotherBatch)
{
    const test::SharedFolder folder;
    const auto text = text_of("random", "", 1);
    auto journal = run(folder.path / "run", text, ranks());
    const auto batch = std::get<campaign::BatchEvent>(events_of(journal)[static_cast<std::size_t>(initial) + 1]);
    ranks().barrier();
    if (ranks().is_root()) {
        const auto row = std::to_string(batch.rows[0]);
        for (auto at = journal.find(row, journal.find("\"iteration\":1")); at != std::string::npos; at = journal.find(row, at + 4)) journal.replace(at, row.size(), "9000");
        std::filesystem::remove(folder.path / "run" / "checkpoint.h5");
        std::filesystem::remove(folder.path / "run" / "checkpoint.prev.h5");
        write_file_atomically(folder.path / "run" / "journal.jsonl", journal);
    }
    ranks().barrier();
    EXPECT_THROW(run(folder.path / "run", text, ranks()), Error);
}

}  // namespace sluice
