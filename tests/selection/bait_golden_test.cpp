#include "support/bait_brute_force.hpp"

#include <gtest/gtest.h>

namespace sluice {

TEST(BaitGolden, PicksAndRemovesTheRowsOfTheCheckVector)
{
    // spec: two-index, section 6, BAIT
    test::BaitPool pool;
    pool.z = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 2, 1, .5F, .5F, .5F, 3, 0, 1, 0, 0, .1F};
    pool.a.assign(8, 1);
    pool.state.assign(8, pool::RowState::unlabelled);
    pool.labelled_z = {1, 1, 1, 2, 0, 0};
    pool.labelled_a = {1, 1};
    // Once as rows of length 3, and once as the same at length 3 x 200, too long for matrices: the other coefficients are zero.
    for (const std::int64_t a_columns : {1, 200}) {
        SCOPED_TRACE(a_columns);
        auto wide = pool;
        wide.a_columns = a_columns;
        wide.a.assign(static_cast<std::size_t>(8 * a_columns), 0);
        wide.labelled_a.assign(static_cast<std::size_t>(2 * a_columns), 0);
        for (std::int64_t i = 0; i < 8; ++i) wide.a[static_cast<std::size_t>(i * a_columns)] = 1;
        for (std::int64_t i = 0; i < 2; ++i) wide.labelled_a[static_cast<std::size_t>(i * a_columns)] = 1;
        const auto batch = test::with_input(wide, selection::bait);
        const std::vector<Ranked> picked = {{.30952, 4}, {.27066, 6}, {.051279, 3}, {.032373, 2}}, removed = {{-.032373, 2}, {-.051279, 3}};
        ASSERT_EQ(batch.picked.size(), picked.size());
        for (std::size_t i = 0; i < picked.size(); ++i) {
            EXPECT_EQ(batch.picked[i].row, picked[i].row);
            EXPECT_NEAR(batch.picked[i].value, picked[i].value, 5e-6);
        }
        ASSERT_EQ(batch.removed.size(), removed.size());
        for (std::size_t i = 0; i < removed.size(); ++i) {
            EXPECT_EQ(batch.removed[i].row, removed[i].row);
            EXPECT_NEAR(batch.removed[i].value, removed[i].value, 5e-7);
        }
        EXPECT_EQ(batch.rows, (std::vector<RowId>{4, 6}));
    }
}

}  // namespace sluice
