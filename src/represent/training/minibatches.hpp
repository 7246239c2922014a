#pragma once

#include "represent/floats.hpp"

#include <cstdint>
#include <vector>

namespace sluice::represent {

/// Rows that representations are learned from, the same on every rank: standardised, clipped.
struct TrainingRows {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    Floats x;  ///< [rows, columns]
    Floats rate = {};  ///< [rows, columns] time derivatives, where an equation of motion is to be learned
};

/// Rows that a representation is learned from, others that it is judged by, and others again by which its temperature is found: a figure of rows that something
/// was chosen by would flatter.
struct Subsample {
    TrainingRows training;
    TrainingRows held_out;
    TrainingRows trial = {};
    /// The rows to judge by: those held out, or of a pool too small for that the ones learned from.
    const TrainingRows& judging() const { return held_out.rows > 0 ? held_out : training; }
    /// The rows to judge trials by.
    const TrainingRows& judging_trials() const { return trial.rows > 0 ? trial : judging(); }
};

/// The sequence of minibatches of one learner. Every epoch is a permutation of the rows, keyed by (seed, learner, epoch): rows sorted by a random word each,
/// ties by row. The last minibatch of an epoch is the short one. Source: specification sections 3.1 and 10.5.
class Minibatches {
public:
    /// \param learner  number of a chain, or whoever has an order of its own
    Minibatches(std::int64_t rows, std::int64_t batch, std::uint64_t seed, std::uint32_t learner);

    std::int64_t per_epoch() const { return (rows_ + batch_ - 1) / batch_; }
    bool is_full() const { return batch_ == rows_; }
    /// Rows of minibatch `number` since the beginning. Cheap within an epoch. A batch of all rows has them in their order.
    std::vector<std::int64_t> rows_of(std::int64_t number);

private:
    std::int64_t rows_, batch_;
    std::uint64_t seed_;
    std::uint32_t learner_;
    std::int64_t epoch_ = -1;
    std::vector<std::int64_t> order_;  ///< [rows] of that epoch
};

/// Copies rows side by side. \param out  made as large as needed: [rows.size(), columns]
void copy_rows(const TrainingRows& from, const std::vector<std::int64_t>& rows, Floats& out);

/// Copies their time derivatives likewise; nothing where there are none.
void copy_rates(const TrainingRows& from, const std::vector<std::int64_t>& rows, Floats& out);

}  // namespace sluice::represent
