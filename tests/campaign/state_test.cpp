#include "campaign/state.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::campaign {

namespace {

using pool::RowState;
using ::testing::HasSubstr;

const Share all_rows{0, 1, 0, 10};

State fresh()
{
    State state;
    state.rows.assign(10, RowState::unlabelled);
    return state;
}

BatchEvent batch(std::int64_t iteration, std::vector<RowId> rows)
{
    return {iteration, std::move(rows), {}, {}, {}, {}};
}

LabelEvent label(RowId row, double value)
{
    return {0, row, "", std::vector<double>{value}};
}

std::string complaint(State& state, const JournalEvent& event)
{
    try {
        absorb(state, event, all_rows);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST(State, FollowsARowFromQuestionToAnswer)
{
    auto state = fresh();
    EXPECT_EQ(state.next_iteration(), 0);
    absorb(state, batch(0, {4, 2, 7}), all_rows);
    EXPECT_EQ(state.pending, (std::vector<RowId>{4, 2, 7}));
    EXPECT_EQ(state.rows[4], RowState::pending);
    EXPECT_EQ(state.rows[3], RowState::unlabelled);
    EXPECT_EQ(state.next_iteration(), 1);

    absorb(state, label(2, 1.5), all_rows);
    EXPECT_EQ(state.rows[2], RowState::labelled);
    EXPECT_EQ(state.labelled.at(2), std::vector<double>{1.5});
    absorb(state, LabelEvent{0, 7, "", {}}, all_rows);
    EXPECT_EQ(state.rows[7], RowState::failed);
    EXPECT_EQ(state.failed, std::vector<RowId>{7});
    EXPECT_EQ(state.pending, std::vector<RowId>{4});

    absorb(state, label(4, 3), all_rows);
    absorb(state, BatchEvent{1, {0}, {}, {}, {}, {0.5}}, all_rows);
    EXPECT_EQ(state.out_of_bag_r2, std::vector<double>{0.5});
    EXPECT_EQ(state.asked, (std::map<RowId, std::int64_t>{{0, 1}, {2, 0}, {4, 0}, {7, 0}}));
}

TEST(State, MarksOwnRowsOnly)
{
    State state;
    state.rows.assign(3, RowState::unlabelled);
    const Share share{1, 2, 4, 7};
    absorb(state, batch(0, {3, 4, 6, 7}), share);
    EXPECT_EQ(state.rows, (std::vector{RowState::pending, RowState::unlabelled, RowState::pending}));
    absorb(state, label(3, 1), share);
    absorb(state, label(6, 1), share);
    EXPECT_EQ(state.rows, (std::vector{RowState::pending, RowState::unlabelled, RowState::labelled}));
    EXPECT_TRUE(state.labelled.contains(3)) << "labels are known on every rank";
}

TEST(State, IsTheSameForAnyOrderOfAnswers)
{
    std::vector<RowId> order = {1, 5, 8};
    const std::map<RowId, std::vector<double>> expected = {{1, {10}}, {5, {50}}, {8, {80}}};
    do {
        auto state = fresh();
        absorb(state, batch(0, {8, 1, 5}), all_rows);
        for (const RowId row : order) absorb(state, label(row, 10 * static_cast<double>(row)), all_rows);
        EXPECT_EQ(state.labelled, expected);
        EXPECT_EQ(state.labelled.begin()->first, 1) << "models see the rows in row order";
        EXPECT_TRUE(state.pending.empty());
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(State, RefusesARowThatIsAskedForTwice)
{
    auto state = fresh();
    absorb(state, batch(0, {4}), all_rows);
    absorb(state, label(4, 1), all_rows);
    EXPECT_THAT(complaint(state, batch(1, {5, 4})), HasSubstr("row 4 is asked for in iteration 0 and again in iteration 1"));
    auto other = fresh();
    EXPECT_THAT(complaint(other, batch(0, {3, 3})), HasSubstr("row 3 is asked for in iteration 0 and again in iteration 0"));
}

TEST(State, RefusesAnAnswerToNoQuestion)
{
    auto state = fresh();
    EXPECT_THAT(complaint(state, label(3, 1)), HasSubstr("row 3 is answered, but not waited for"));
    absorb(state, batch(0, {3, 4}), all_rows);
    absorb(state, label(3, 1), all_rows);
    EXPECT_THAT(complaint(state, label(3, 2)), HasSubstr("row 3 is answered, but not waited for")) << "answered twice";
    EXPECT_EQ(state.labelled.at(3), std::vector<double>{1});
    EXPECT_NE(complaint(state, label(5, 1)), "");
}

TEST(State, RefusesABatchBeforeTheLastOneIsAnsweredOrOutOfTurn)
{
    auto state = fresh();
    EXPECT_THAT(complaint(state, batch(1, {3})), HasSubstr("batch 1 follows batch -1"));
    absorb(state, batch(0, {3, 4}), all_rows);
    absorb(state, label(3, 1), all_rows);
    EXPECT_THAT(complaint(state, batch(1, {5})), HasSubstr("of which 1 rows are not answered"));
    absorb(state, label(4, 1), all_rows);
    EXPECT_NE(complaint(state, batch(0, {5})), "");
    EXPECT_NE(complaint(state, batch(2, {5})), "");
    EXPECT_EQ(complaint(state, batch(1, {5})), "");
}

}  // namespace sluice::campaign
