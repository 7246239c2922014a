#include "campaign/run_folder/checkpoint.hpp"

#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>

namespace sluice {

namespace {

using campaign::CheckpointOrigin;
using campaign::State;
using pool::RowState;
using test::ranks;
using ::testing::HasSubstr;

constexpr Tiling tiling{203, 16};
const CheckpointOrigin origin{"[campaign]\nname = \"x\"\n", "identity-1", "fingerprint-1"};
const std::string journal = "line 1\nline 2\n";
constexpr double marked = 12345.678901234567;  ///< a label, to be found in the file

RowState state_of(RowId row)
{
    return row == 5 || row == 200 ? RowState::labelled : row == 100 ? RowState::failed : row == 7 || row == 3 ? RowState::pending : row % 50 == 49 ? RowState::excluded : RowState::unlabelled;
}

State sample_state(const Share& share, std::int64_t iteration)
{
    State state;
    for (RowId row = share.first_row; row < share.end_row; ++row) state.rows.push_back(state_of(row));
    state.labelled = {{5, {1.0 / 3, -0.0}}, {200, {marked, 5e-324}}};
    state.failed = {100};
    state.pending = {7, 3};
    state.iteration = iteration;
    state.asked = {{3, iteration}, {5, 0}, {7, iteration}, {100, 0}, {200, 1}};
    state.out_of_bag_r2 = {0.25, std::nan("")};
    state.last_fit = {iteration, {{0.1F, -0.0F, 3}, {1e-40F, 5, 6}}};
    return state;
}

class Checkpoint : public ::testing::Test {
protected:
    void write(std::int64_t iteration, const std::string& text = journal) { write_checkpoint(folder.path, origin, sample_state(share, iteration), text, tiling, share, ranks()); }
    std::optional<campaign::Restored> read(const CheckpointOrigin& from = origin, const std::string& text = journal)
    {
        return read_checkpoint(folder.path, from, text, tiling, share, ranks());
    }
    /// Changes bytes of the newest checkpoint.
    void damage(const std::function<void(std::string&)>& change)
    {
        on_root(ranks(), [&] {
            auto bytes = read_file(newest);
            change(bytes);
            std::ofstream(newest, std::ios::binary) << bytes;
        });
    }
    static std::size_t find(const std::string& bytes, const std::string& what)
    {
        const auto at = bytes.find(what);
        EXPECT_NE(at, std::string::npos);
        return at;
    }
    static std::string bytes_of(double value)
    {
        const auto bytes = std::bit_cast<std::array<char, 8>>(value);
        return {bytes.begin(), bytes.end()};
    }
    test::SharedFolder folder;
    Share share = share_of(tiling, ranks().rank(), ranks().size());
    std::filesystem::path newest = folder.path / "checkpoint.h5", previous = folder.path / "checkpoint.prev.h5";
};

void expect_equal(const State& state, const State& expected)
{
    EXPECT_EQ(state.rows, expected.rows);
    EXPECT_EQ(state.labelled, expected.labelled);
    EXPECT_TRUE(std::signbit(state.labelled.at(5).at(1)));
    EXPECT_EQ(state.failed, expected.failed);
    EXPECT_EQ(state.pending, expected.pending);
    EXPECT_EQ(state.iteration, expected.iteration);
    EXPECT_EQ(state.asked, expected.asked);
    ASSERT_EQ(state.out_of_bag_r2.size(), 2U);
    EXPECT_EQ(state.out_of_bag_r2[0], 0.25);
    EXPECT_TRUE(std::isnan(state.out_of_bag_r2[1]));
    EXPECT_EQ(state.last_fit.iteration, expected.last_fit.iteration);
    EXPECT_EQ(state.last_fit.members, expected.last_fit.members);
}

}  // namespace

TEST_F(Checkpoint, ComesBackAsItWasWritten)
{
    write(4);
    const auto restored = read();
    ASSERT_TRUE(restored);
    expect_equal(restored->state, sample_state(share, 4));
    EXPECT_EQ(restored->journal_bytes, journal.size());
}

TEST_F(Checkpoint, ComesBackOnAnotherNumberOfRanks)
{
    write(4);
    const auto alone = ranks().split(-1);
    const auto all = share_of(tiling, 0, 1);
    const auto restored = read_checkpoint(folder.path, origin, journal, tiling, all, alone);
    ASSERT_TRUE(restored);
    expect_equal(restored->state, sample_state(all, 4));
}

TEST_F(Checkpoint, HoldsAnEmptyState)
{
    State empty;
    empty.rows.assign(static_cast<std::size_t>(share.rows()), RowState::unlabelled);
    write_checkpoint(folder.path, origin, empty, "", tiling, share, ranks());
    const auto restored = read(origin, "");
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->state.iteration, -1);
    EXPECT_TRUE(restored->state.labelled.empty() && restored->state.pending.empty() && restored->state.asked.empty() && restored->state.last_fit.members.empty());
    EXPECT_EQ(restored->state.rows, empty.rows);
}

TEST_F(Checkpoint, KeepsTheOneBefore)
{
    EXPECT_FALSE(read());
    write(4);
    write(5);
    EXPECT_EQ(read()->state.iteration, 5);
    ranks().barrier();
    on_root(ranks(), [&] { std::filesystem::remove(newest); });  // as after a crash between the two renames
    EXPECT_EQ(read()->state.iteration, 4);
    ranks().barrier();
    on_root(ranks(), [&] { std::filesystem::remove(previous); });
    EXPECT_FALSE(read());
}

TEST_F(Checkpoint, FallsBackToTheOneBeforeWhereAByteIsDamaged)
{
    const std::function<void(std::string&)> damages[] = {
        [](std::string& bytes) { bytes[find(bytes, bytes_of(marked))] ^= 1; },                                      // a label
        [](std::string& bytes) { bytes[find(bytes, origin.campaign)] ^= 1; },                                       // the campaign file
        [](std::string& bytes) { bytes[find(bytes, origin.identity)] ^= 1; },                                       // the identity: must not pass for another campaign's
        [](std::string& bytes) { bytes[find(bytes, std::string(40, '\0') + "\x04\x03")] ^= 1; },                    // the state of row 59: 99 is excluded, 100 failed
        [](std::string& bytes) { bytes.resize(bytes.size() / 2); },                                                 // cut short
        [](std::string& bytes) { bytes[0] ^= 1; },                                                                  // not HDF5 any more
        [](std::string& bytes) { bytes.clear(); },
    };
    for (std::size_t i = 0; i < std::size(damages); ++i) {
        SCOPED_TRACE(i);
        write(4);
        write(5);
        damage(damages[i]);
        const auto restored = read();
        ASSERT_TRUE(restored);
        EXPECT_EQ(restored->state.iteration, 4);
        expect_equal(restored->state, sample_state(share, 4));
    }
}

TEST_F(Checkpoint, IsNothingWhereBothAreDamaged)
{
    write(4);
    damage([](std::string& bytes) { bytes[find(bytes, bytes_of(marked))] ^= 1; });
    write(5);
    damage([](std::string& bytes) { bytes[find(bytes, bytes_of(marked))] ^= 1; });
    EXPECT_FALSE(read());
}

TEST_F(Checkpoint, OfAnotherCampaignOrPoolIsRefused)
{
    write(4);
    const auto complaint = [&](const CheckpointOrigin& from, const std::string& text) -> std::string {
        try {
            read(from, text);
        } catch (const Agreed& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_THAT(complaint({origin.campaign, "identity-2", origin.fingerprint}, journal), HasSubstr("checkpoint of another campaign"));
    EXPECT_THAT(complaint({origin.campaign, origin.identity, "fingerprint-2"}, journal), HasSubstr("fingerprint fingerprint-1 then, fingerprint-2 now"));
    EXPECT_EQ(complaint({"other text, the same identity", origin.identity, origin.fingerprint}, journal), "");
}

TEST_F(Checkpoint, KnowsHowMuchOfTheJournalItHolds)
{
    write(4);
    EXPECT_EQ(read(origin, journal + "line 3\n")->journal_bytes, journal.size()) << "the journal may have gone on";
    for (const std::string lost : {"line 1\n", "line 1\nline X\nline 3\n", ""}) EXPECT_THROW(read(origin, lost), Agreed) << lost;
}

TEST_F(Checkpoint, SaysWhatItHolds)
{
    write(4);
    EXPECT_THAT(campaign::describe_checkpoint(newest, ranks()), HasSubstr("iteration 4, 2 labelled, 1 failed, 2 pending, 14 bytes of journal, pool fingerprint-1"));
    damage([](std::string& bytes) { bytes[find(bytes, bytes_of(marked))] ^= 1; });
    EXPECT_THROW(campaign::describe_checkpoint(newest, ranks()), Agreed);
}

}  // namespace sluice
