#include "base/options.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sluice {

TEST(OptionSpec, SaysWhatIsAllowed)
{
    EXPECT_EQ(whole("members", 10).at_least(2).at_most(1000).allowed(), "a whole number from 2 to 1000");
    EXPECT_EQ(whole("every", 1).at_least(1).allowed(), "a whole number of at least 1");
    EXPECT_EQ(real("rate", 1).above(0).allowed(), "a number above 0");
    EXPECT_EQ(real("share", 1).above(0).at_most(0.5).allowed(), "a number above 0 and at most 0.5");
    EXPECT_EQ(real("x", 1).at_most(3).allowed(), "a number of at most 3");
    EXPECT_EQ(flag("quiet", false).allowed(), "true or false");
    EXPECT_EQ(numbers("window").allowed(), "a list of numbers");
    EXPECT_EQ(text("goal", "a").one_of({"a", "b"}).allowed(), "one of \"a\", \"b\"");
    EXPECT_EQ(text("stop", "a").one_of({"a", "b"}).or_number().allowed(), "one of \"a\", \"b\", or a number");
}

TEST(OptionSpec, AcceptsTheEndsOfARangeAndNothingBeyond)
{
    const auto members = whole("members", 10).at_least(2).at_most(1000);
    for (const std::int64_t good : {2, 3, 1000}) EXPECT_EQ(members.complaint(good), "") << good;
    for (const std::int64_t bad : {-3, 1, 1001}) EXPECT_EQ(members.complaint(bad), "a whole number from 2 to 1000") << bad;
    const auto rate = real("rate", 1).above(0).at_most(1);
    EXPECT_NE(rate.complaint(0.0), "");
    EXPECT_EQ(rate.complaint(1e-300), "");
    EXPECT_EQ(rate.complaint(1.0), "");
    EXPECT_NE(rate.complaint(std::nextafter(1.0, 2.0)), "");
}

TEST(OptionSpec, RefusesNumbersThatAreNotFinite)
{
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
        EXPECT_NE(real("x", 1).complaint(bad), "");
        EXPECT_NE(text("stop", "never").or_number().complaint(bad), "");
        EXPECT_NE(numbers("window").complaint(std::vector<double>{1, bad}), "");
    }
}

TEST(OptionSpec, RefusesAnotherType)
{
    EXPECT_NE(whole("n", 1).complaint(1.0), "");
    EXPECT_NE(whole("n", 1).complaint(true), "");
    EXPECT_NE(whole("n", 1).complaint(std::string("1")), "");
    EXPECT_NE(flag("f", true).complaint(std::int64_t{1}), "");
    EXPECT_NE(text("t", "").complaint(1.0), "");
    EXPECT_NE(real("x", 1).complaint(std::string("1")), "");
    EXPECT_NE(numbers("l").complaint(1.0), "");
    EXPECT_EQ(real("x", 1).complaint(std::int64_t{1}), "") << "whole numbers pass as reals";
    EXPECT_NE(text("t", "a").one_of({"a"}).complaint(std::string("b")), "");
    EXPECT_EQ(text("t", "a").one_of({"a"}).complaint(std::string("a")), "");
}

TEST(OptionSpec, ARequiredTextIsNotEmpty)
{
    EXPECT_NE(text("name", "").required().complaint(std::string()), "");
    EXPECT_EQ(text("name", "").required().complaint(std::string("x")), "");
    EXPECT_EQ(text("file", "").complaint(std::string()), "");
}

TEST(Options, HaveDefaultsUntilSet)
{
    const auto kappa = real("kappa", 1.5);
    const auto stop = text("stop", "never").or_number();
    Options options({kappa, stop, whole("n", 3), flag("f", true), numbers("l")});
    EXPECT_EQ(options.real("kappa"), 1.5);
    EXPECT_EQ(options.whole("n"), 3);
    EXPECT_TRUE(options.flag("f"));
    EXPECT_TRUE(options.numbers("l").empty());
    EXPECT_EQ(options.text("stop"), "never");
    EXPECT_FALSE(options.is_number("stop"));
    options.set(kappa, std::int64_t{2});  // as TOML reads "kappa = 2"
    options.set(stop, std::int64_t{4});
    EXPECT_EQ(options.real("kappa"), 2.0);
    EXPECT_TRUE(options.is_number("stop"));
    EXPECT_EQ(options.real("stop"), 4.0);
}

TEST(ToToml, KeepsTypesAndAllDigits)
{
    EXPECT_EQ(to_toml(OptionValue(true)), "true");
    EXPECT_EQ(to_toml(OptionValue(std::int64_t{-5})), "-5");
    EXPECT_EQ(to_toml(OptionValue(2.0)), "2.0") << "a real must not come back as a whole number";
    EXPECT_EQ(to_toml(OptionValue(0.1)), "0.1");
    EXPECT_EQ(std::stod(to_toml(OptionValue(1.0 / 3.0))), 1.0 / 3.0);
    EXPECT_EQ(std::stod(to_toml(OptionValue(1e300))), 1e300);
    EXPECT_EQ(to_toml(OptionValue(std::vector<double>{1, 2.5})), "[1, 2.5]");
    EXPECT_EQ(to_toml(OptionValue(std::string("a \"b\" \\c"))), R"("a \"b\" \\c")");
    EXPECT_EQ(to_toml(OptionValue(std::string("a\nb\tc\x01"))), R"("a\nb\tc\u0001")");
}

TEST(NearestName, FindsAMistypedOne)
{
    const std::vector<std::string> known = {"kappa", "kind", "margin"};
    EXPECT_EQ(nearest_name("kappo", known), "kappa");
    EXPECT_EQ(nearest_name("kapa", known), "kappa");
    EXPECT_EQ(nearest_name("akppa", known), "kappa");
    EXPECT_EQ(nearest_name("margins", known), "margin");
    EXPECT_EQ(nearest_name("learning_rate", known), "");
    EXPECT_EQ(nearest_name("kappa", {}), "");
}

TEST(NearestName, PrefersTheNearer)
{
    EXPECT_EQ(nearest_name("rows", {"row", "rows_of", "rowsx", "rows"}), "rows");
    EXPECT_EQ(nearest_name("batche", {"matche_", "batch"}), "batch") << "one letter off is nearer than two";
    EXPECT_EQ(nearest_name("gpa", {"a", "gap"}), "gap") << "two letters swapped are one mistake";
}

}  // namespace sluice
