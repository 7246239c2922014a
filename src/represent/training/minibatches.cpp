#include "represent/training/minibatches.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::represent {

Minibatches::Minibatches(std::int64_t rows, std::int64_t batch, std::uint64_t seed, std::uint32_t learner)
    : rows_(rows), batch_(std::min(batch, rows)), seed_(seed), learner_(learner)
{
}

std::vector<std::int64_t> Minibatches::rows_of(std::int64_t number)
{
    if (const auto epoch = number / per_epoch(); epoch != epoch_) {
        epoch_ = epoch;
        order_.resize(static_cast<std::size_t>(rows_));
        std::iota(order_.begin(), order_.end(), std::int64_t{0});
        if (!is_full()) {
            RandomStream random(seed_, Purpose::representation_batch, learner_, static_cast<std::uint64_t>(epoch));
            std::vector<std::uint64_t> words(order_.size());
            for (auto& word : words) word = random.bits64();
            std::sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) {
                const auto first = words[static_cast<std::size_t>(a)], second = words[static_cast<std::size_t>(b)];
                return first != second ? first < second : a < b;
            });
        }
    }
    const auto first = number % per_epoch() * batch_;
    return {order_.begin() + first, order_.begin() + std::min(first + batch_, rows_)};
}

namespace {

void copy(const Floats& from, std::int64_t columns, const std::vector<std::int64_t>& rows, Floats& out)
{
    out.resize(rows.size() * static_cast<std::size_t>(columns));
    auto* to = out.data();
    for (const auto row : rows) to = std::copy_n(from.data() + row * columns, columns, to);
}

}  // namespace

void copy_rows(const TrainingRows& from, const std::vector<std::int64_t>& rows, Floats& out)
{
    copy(from.x, from.columns, rows, out);
}

void copy_rates(const TrainingRows& from, const std::vector<std::int64_t>& rows, Floats& out)
{
    if (!from.rate.empty()) copy(from.rate, from.columns, rows, out);
}

}  // namespace sluice::represent
