#pragma once

#include "acquisition/score.hpp"
#include "models/family.hpp"
#include "pool/domain.hpp"
#include "pool/shard.hpp"
#include "problems/goal.hpp"
#include "problems/problem.hpp"
#include "selection/selection.hpp"

#include <filesystem>

namespace sluice::campaign {

/// A section with `kind = "name"`: the thing it names, and its options.
struct Choice {
    std::string kind;
    Options options;
};

/// A campaign file, resolved: every key present and checked. What sections may say stands in file/keys.cpp, and beside the code of each kind.
struct CampaignFile {
    std::filesystem::path path;
    Options campaign;
    Options initial;
    Options pool;
    std::optional<pool::Domain> domain;  ///< in place of the pool: candidates are generated
    Options surrogate_common;
    Options checkpoint;
    std::vector<problems::Goal> goals;
    Choice problem, surrogate, acquisition, selection;
    Choice strategy;  ///< in place of the last three, unless its kind is empty

    std::string name() const { return campaign.text("name"); }
    std::uint64_t seed() const { return static_cast<std::uint64_t>(campaign.whole("seed")); }
    /// Whether a simulator draws the pool: it has no file then.
    bool pool_is_drawn() const;
    /// Whether it draws other candidates for each batch.
    bool pool_is_fresh() const;
    /// Candidates of a batch that a simulator draws.
    RowId drawn_rows() const;
    /// Whether a target is only to be predicted, or a class: then there is no best row.
    bool predicts() const;
    /// Whether the target is a class: the only one then.
    bool classifies() const;
    /// Whether models learn targets in their own units.
    bool learns_raw_targets() const;
    /// Where the features of a pool file are kept.
    pool::Residency residency() const;
    /// Ranks that share the members of an ensemble in a pass over the pool.
    int member_groups() const;
    /// The pool file, relative to the folder of the campaign file.
    std::filesystem::path pool_path() const;
};

/// Parses the text of a campaign file. `settings`: "section.key=value" from the command line, which win over the file.
/// Error lists all problems at once, each with file, line, key, what was found and what is allowed.
CampaignFile parse_campaign(const std::string& text, const std::filesystem::path& path, const std::vector<std::string>& settings);

/// Reads a campaign file on the root, checks it, also against its pool, and gives it to every rank. Throws Agreed. Collective.
CampaignFile read_campaign(const std::filesystem::path& path, const std::vector<std::string>& settings, const Communicator& ranks);

/// The resolved file with every default, as TOML.
std::string to_toml(const CampaignFile& file);

/// Hash of all that decides the campaign's results; the number of iterations, checkpoints and the path of the pool do not.
std::string identity(const CampaignFile& file);

/// One line per key: section, key, allowed values, default, help. For `sluice validate --keys`.
std::string describe_keys();

}  // namespace sluice::campaign
