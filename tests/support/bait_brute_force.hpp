#pragma once

#include "base/random.hpp"
#include "selection/bait/start.hpp"
#include "support/world.hpp"

#include <cmath>
#include <vector>

namespace sluice::test {

/// A pool for BAIT, with all its rows on every rank.
struct BaitPool {
    std::int64_t z_columns = 3, a_columns = 1;
    std::vector<float> z, a, labelled_z, labelled_a;
    std::vector<pool::RowState> state;
    std::int64_t count = 2;
    RowId tile_rows = 4;
    double lambda = 1;

    std::int64_t rows() const { return static_cast<std::int64_t>(state.size()); }
    std::int64_t labelled_rows() const { return static_cast<std::int64_t>(labelled_z.size()) / z_columns; }
};

struct BaitShape {
    std::int64_t rows = 100, labelled = 10, z_columns = 4, a_columns = 3, count = 5;
    RowId tile_rows = 16;
    double size = 1;     ///< of the factors
    int distinct = 0;    ///< > 0: rows repeat after so many
    std::uint64_t seed = 1;
};

/// Normal factors; every 7th row is excluded.
inline BaitPool random_bait_pool(const BaitShape& shape)
{
    BaitPool pool;
    pool.z_columns = shape.z_columns;
    pool.a_columns = shape.a_columns;
    pool.count = shape.count;
    pool.tile_rows = shape.tile_rows;
    const auto fill = [&](std::vector<float>& z, std::vector<float>& a, std::int64_t row, std::uint32_t what) {
        RandomStream random(shape.seed, Purpose::fisher_sample, what, static_cast<std::uint64_t>(row));
        for (std::int64_t j = 0; j < shape.z_columns; ++j) z.push_back(static_cast<float>(shape.size * (random.normal() + (j == 0 ? 1 : 0))));
        for (std::int64_t j = 0; j < shape.a_columns; ++j) a.push_back(static_cast<float>(shape.size * random.normal()));
    };
    for (std::int64_t i = 0; i < shape.rows; ++i) {
        fill(pool.z, pool.a, shape.distinct > 0 ? i % shape.distinct : i, 0);
        pool.state.push_back(i % 7 == 3 ? pool::RowState::excluded : pool::RowState::unlabelled);
    }
    for (std::int64_t i = 0; i < shape.labelled; ++i) fill(pool.labelled_z, pool.labelled_a, i, 1);
    return pool;
}

/// Calls use(input) with this rank's part of a pool.
template <typename Use>
auto with_input(const BaitPool& pool, const Use& use)
{
    const Tiling tiling{pool.rows(), pool.tile_rows};
    const auto share = share_of(tiling, ranks().rank(), ranks().size());
    const auto part = [&](const std::vector<float>& all, std::int64_t columns) {
        return std::span(all).subspan(static_cast<std::size_t>(share.first_row * columns), static_cast<std::size_t>(share.rows() * columns));
    };
    Work work;
    return use(selection::BaitInput{tiling,
                                    share,
                                    {part(pool.z, pool.z_columns), part(pool.a, pool.a_columns), pool.z_columns, pool.a_columns},
                                    std::span(pool.state).subspan(static_cast<std::size_t>(share.first_row), static_cast<std::size_t>(share.rows())),
                                    {pool.labelled_z, pool.labelled_a, pool.z_columns, pool.a_columns},
                                    pool.count,
                                    pool.lambda,
                                    ranks(),
                                    work});
}

/// BAIT by its definition: matrices at full length, inverted anew in every step, in float64.
class BaitByDefinition {
public:
    explicit BaitByDefinition(const BaitPool& pool) : pool_(pool), length_(pool.z_columns * pool.a_columns)
    {
        const auto n = static_cast<double>(pool.labelled_rows()), q = static_cast<double>(pool.count);
        weight_ = q / (n + q);
        information_ = pool.lambda * Eigen::MatrixXd::Identity(length_, length_);
        for (std::int64_t i = 0; i < pool.labelled_rows(); ++i) {
            const auto g = row(pool.labelled_z, pool.labelled_a, i);
            information_ += n / (n + q) * g * g.transpose();
        }
        mean_ = Eigen::MatrixXd::Zero(length_, length_);
        for (std::int64_t i = 0; i < pool.rows(); ++i) {
            if (pool.state[static_cast<std::size_t>(i)] != pool::RowState::unlabelled) continue;
            open_.push_back(i);
            mean_ += g(i) * g(i).transpose();
        }
        mean_ /= static_cast<double>(open_.size());
    }

    /// Scores of all rows before the first pick.
    selection::BaitScores scores() const
    {
        const Eigen::MatrixXd inverse = information_.inverse();
        selection::BaitScores scores{std::vector<double>(pool_.state.size()), std::vector<double>(pool_.state.size())};
        for (const RowId i : open_) {
            const Eigen::VectorXd v = inverse * g(i);
            scores.leverage[static_cast<std::size_t>(i)] = v.dot(g(i));
            scores.influence[static_cast<std::size_t>(i)] = v.dot(mean_ * v);
        }
        return scores;
    }

    selection::BaitBatch batch()
    {
        selection::BaitBatch batch;
        std::vector<RowId> left = open_;
        const auto available = static_cast<std::int64_t>(open_.size());
        while (static_cast<std::int64_t>(batch.picked.size()) < std::min(2 * pool_.count, available)) {
            batch.picked.push_back(take(left, +1));
            batch.rows.push_back(batch.picked.back().row);
        }
        while (static_cast<std::int64_t>(batch.rows.size()) > std::min(pool_.count, available)) batch.removed.push_back(take(batch.rows, -1));
        return batch;
    }

private:
    Eigen::VectorXd row(const std::vector<float>& z, const std::vector<float>& a, std::int64_t i) const
    {
        Eigen::VectorXd g(length_);
        for (std::int64_t j = 0; j < pool_.z_columns; ++j) {
            for (std::int64_t k = 0; k < pool_.a_columns; ++k) {
                const float of_z = z[static_cast<std::size_t>(i * pool_.z_columns + j)], of_a = a[static_cast<std::size_t>(i * pool_.a_columns + k)];
                g[j * pool_.a_columns + k] = static_cast<double>(of_z) * static_cast<double>(of_a);
            }
        }
        return g;
    }
    Eigen::VectorXd g(std::int64_t i) const { return row(pool_.z, pool_.a, i); }

    /// Takes the best row out of `among`, and its information into (sign 1) or out of (-1) the rest.
    Ranked take(std::vector<RowId>& among, double sign)
    {
        const Eigen::MatrixXd inverse = information_.inverse(), covered = inverse * mean_ * inverse;
        Ranked best = Ranked::none();
        for (const RowId i : among) {
            const Eigen::VectorXd scaled = std::sqrt(weight_) * g(i);
            const double s = scaled.dot(inverse * scaled), t = scaled.dot(covered * scaled);
            best = std::min(best, Ranked{t / (s + sign), i});
        }
        information_ += sign * weight_ * g(best.row) * g(best.row).transpose();
        std::erase(among, best.row);
        return best;
    }

    const BaitPool& pool_;
    std::int64_t length_;
    double weight_;
    Eigen::MatrixXd information_, mean_;
    std::vector<RowId> open_;
};

/// What BAIT should pick and remove, worked out on one rank for all.
inline selection::BaitBatch bait_by_definition(const BaitPool& pool)
{
    selection::BaitBatch batch;
    on_root(ranks(), [&] { batch = BaitByDefinition(pool).batch(); });
    const auto tell = [](auto& list) {
        auto size = static_cast<std::int64_t>(list.size());
        ranks().broadcast(std::span(&size, 1), 0);
        list.resize(static_cast<std::size_t>(size));
        ranks().broadcast(std::span(list), 0);
    };
    tell(batch.rows);
    tell(batch.picked);
    tell(batch.removed);
    return batch;
}

}  // namespace sluice::test
