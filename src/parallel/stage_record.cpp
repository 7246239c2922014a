#include "parallel/stage_record.hpp"

#include "base/files.hpp"

#include <fstream>

namespace sluice::parallel {

void StageRecord::add(std::int64_t iteration, const char* stage, double seconds, const Work& work, std::int64_t own_sent)
{
    const auto sent = ranks_.sum(own_sent);
    const auto bytes = ranks_.sum(static_cast<std::int64_t>(work.bytes)), flops = ranks_.sum(static_cast<std::int64_t>(work.flops));
    lines_ += fmt::format("{},{},{:.6f},{},{},{}\n", iteration, stage, seconds, bytes, flops, sent);
}

void StageRecord::flush()
{
    if (!has_header_) {
        on_root(ranks_, [&] {
            if (keep_whole_lines(path_).empty()) lines_ = "iteration,stage,seconds,bytes,flops,sent\n" + lines_;
        });
    }
    has_header_ = true;
    if (ranks_.is_root()) std::ofstream(path_, std::ios::app) << lines_;
    lines_.clear();
}

}  // namespace sluice::parallel
