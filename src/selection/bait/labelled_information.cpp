#include "selection/bait/labelled_information.hpp"

#include "base/error.hpp"

namespace sluice::selection {

namespace {

/// g_i . g_j of the rows of two blocks: [rows of the first, rows of the second].
template <typename First, typename Second>
Eigen::MatrixXd products(const First& z1, const First& a1, const Second& z2, const Second& a2)
{
    Eigen::MatrixXd of_z = z1.transpose() * z2;
    const Eigen::MatrixXd of_a = a1.transpose() * a2;
    of_z.array() *= of_a.array();
    return of_z;
}

}  // namespace

LabelledInformation::LabelledInformation(const FactoredRows& labelled, double lambda, double weight) : lambda_(lambda)
{
    const auto count = labelled.rows();
    labelled_.load(labelled, {}, 0, count);
    labelled_.z.conservativeResize(Eigen::NoChange, count);
    labelled_.a.conservativeResize(Eigen::NoChange, count);
    factor_.resize(count, count);
    for_each_block(0, count, [&](std::int64_t first, std::int64_t width) {
        factor_.middleCols(first, width) = products(labelled_.z, labelled_.a, labelled_.z.middleCols(first, width), labelled_.a.middleCols(first, width));
    });
    if (count == 0) return;
    factor_.diagonal().array() += lambda / weight;
    const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> in_place(factor_);
    const bool is_definite = in_place.info() == Eigen::Success && factor_.diagonal().allFinite();
    if (!is_definite) fail("BAIT: the features of a labelled row are not finite numbers; the model has diverged");
}

void LabelledInformation::explain(const FactoredBlock& block, Eigen::MatrixXd& u) const
{
    u = products(labelled_.z, labelled_.a, block.z, block.a);
    factor_.triangularView<Eigen::Lower>().solveInPlace(u);
}

Eigen::MatrixXd LabelledInformation::solve(const Eigen::MatrixXd& v) const
{
    if (rows() == 0) return v / lambda_;
    Eigen::MatrixXd along = v * labelled_.z;  // [a_columns, labelled rows]
    Eigen::VectorXd x(rows());
    for (Eigen::Index i = 0; i < rows(); ++i) x[i] = dot(along.col(i).data(), labelled_.a.col(i).data(), along.rows());
    factor_.triangularView<Eigen::Lower>().solveInPlace(x);
    factor_.triangularView<Eigen::Lower>().transpose().solveInPlace(x);
    along = labelled_.a * x.asDiagonal();
    return (v - along * labelled_.z.transpose()) / lambda_;
}

}  // namespace sluice::selection
