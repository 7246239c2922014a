#pragma once

#include "parallel/communicator.hpp"


namespace sluice::parallel {

/// Deals out 0, 1, 2, … to ranks that ask whenever they are ready for more, and counts what is done. A one-sided operation: nobody waits for another.
/// Which rank gets which number differs between runs; nothing may depend on it.
class Dealer {
public:
    /// Collective, as is close().
    explicit Dealer(const Communicator& ranks);
    Dealer(const Dealer&) = delete;
    Dealer& operator=(const Dealer&) = delete;

    std::int64_t next() { return add(dealt, 1); }
    /// \return  how many are done, with this one
    std::int64_t finish_one() { return add(done, 1) + 1; }
    void close();

private:
    enum Counter : int { dealt, done };

    /// \return  the value before
    std::int64_t add(Counter counter, std::int64_t amount);

    MPI_Win window_ = MPI_WIN_NULL;
};

}  // namespace sluice::parallel
