#include "pool/import.hpp"

#include "pool/numpy_file.hpp"
#include "pool/shard.hpp"
#include "support/pools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cmath>
#include <fstream>

namespace sluice {

namespace {

using pool::FeatureType;
using pool::ImportRequest;
using pool::MissingFeatures;
using test::ranks;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The bytes of a .npy file, version 1: magic, version, length of the header, header padded to 64 bytes, data.   NumPy enhancement proposal 1
template <typename T>
std::string npy(const std::string& type, const std::string& shape, const std::vector<T>& values, const std::string& fortran = "False")
{
    std::string header = "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
    header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
    header += '\n';
    std::string bytes = "\x93NUMPY";
    bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    return bytes;
}

std::string fixed_texts(const std::vector<std::string>& texts, std::size_t size)
{
    std::string all;
    for (auto text : texts) {
        text.resize(size, '\0');
        all += text;
    }
    return all;
}

class Import : public ::testing::Test {
protected:
    std::filesystem::path write(const std::string& name, const std::string& content)
    {
        on_root(ranks(), [&] { std::ofstream(folder.path / name, std::ios::binary) << content; });
        return folder.path / name;
    }
    std::filesystem::path write_npz(const std::string& name, const std::map<std::string, std::string>& members)
    {
        on_root(ranks(), [&] {
            zip_t* archive = zip_open((folder.path / name).c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
            for (const auto& [key, bytes] : members) zip_file_add(archive, (key + ".npy").c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), ZIP_FL_OVERWRITE);
            if (zip_close(archive) != 0) fail("zip_close");
        });
        return folder.path / name;
    }
    pool::Shard imported(ImportRequest request, MissingFeatures missing = MissingFeatures::error)
    {
        request.output = folder.path / "pool.h5";
        pool::import_pool(request, ranks());
        return pool::read_shard(request.output.string(), ranks(), true, missing);
    }
    std::string complaint(ImportRequest request)
    {
        request.output = folder.path / "refused.h5";
        try {
            pool::import_pool(request, ranks());
        } catch (const Agreed& error) {
            EXPECT_FALSE(std::filesystem::exists(request.output));
            return error.what();
        }
        return "";
    }
    /// All features, on every rank.
    static std::vector<float> features_of(const pool::Shard& shard)
    {
        return pool::gather_rows(shard, pool::Scaling::identity(shard.info.columns), all_rows(shard), ranks());
    }
    static std::vector<double> targets_of(const pool::Shard& shard) { return pool::gather_targets(shard, all_rows(shard), ranks()); }
    static std::vector<RowId> all_rows(const pool::Shard& shard)
    {
        std::vector<RowId> rows;
        for (RowId row = 0; row < shard.info.rows; ++row) rows.push_back(row);
        return rows;
    }
    test::SharedFolder folder;
};

}  // namespace

TEST_F(Import, OfACsvFile)
{
    const auto csv = write("data.csv", "name,a,gap,comment,b,homo\nx,1,0.1,\"hello, you\",2,-5\n\"y, long\",3,,,0.1,-6\nz,-5,0.30000000000000004,c,1e-3,nan\n");
    const auto shard = imported({.source = csv, .targets = {"homo", "gap"}, .ids = "name", .drop = {"comment"}, .tile_rows = 2});
    EXPECT_EQ(shard.info.column_names, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(shard.info.target_names, (std::vector<std::string>{"homo", "gap"}));
    EXPECT_EQ(shard.info.type, FeatureType::float32);
    EXPECT_EQ(shard.info.provenance, "data.csv");
    EXPECT_EQ(shard.info.tile_rows, 2);
    EXPECT_EQ(features_of(shard), (std::vector<float>{1, 2, 3, 0.1F, -5, 1e-3F}));
    const auto targets = targets_of(shard);
    EXPECT_EQ(targets[0], -5);
    EXPECT_EQ(targets[1], 0.1) << "in double precision";
    EXPECT_TRUE(std::isnan(targets[3]) && std::isnan(targets[4]));
    EXPECT_EQ(targets[5], 0.30000000000000004);
    EXPECT_EQ(pool::read_ids(shard.info, {2, 1, 1}), (std::vector<std::string>{"z", "y, long", "y, long"}));
}

TEST_F(Import, KeepsMissingFeaturesForTheCampaignToJudge)
{
    const auto csv = write("data.csv", "a,b\n1,2\n3,\n5,6\n");
    const auto shard = imported({.source = csv, .tile_rows = 1}, MissingFeatures::drop_row);
    EXPECT_EQ(ranks().gather(std::span<const RowId>(shard.dropped)), std::vector<RowId>{1});
    EXPECT_EQ(features_of(shard), (std::vector<float>{1, 2, 3, 0, 5, 6}));
    EXPECT_EQ(pool::read_ids(shard.info, {2}), std::vector<std::string>{"2"}) << "without ids, row numbers";
}

TEST_F(Import, NamesWhatIsWrongInACsvFile)
{
    const auto csv = write("data.csv", "a,gap\n1,2\n3,x\n");
    EXPECT_THAT(complaint({.source = csv, .targets = {"gpa"}}), HasSubstr("no column 'gpa'; did you mean 'gap'?"));
    EXPECT_THAT(complaint({.source = csv}), HasSubstr("data.csv:3: column 'gap': 'x' is not a number"));
    EXPECT_THAT(complaint({.source = csv, .drop = {"a", "gap"}}), HasSubstr("at least one of each is needed"));
    EXPECT_THAT(complaint({.source = write("empty.csv", "a,b\n")}), HasSubstr("0 rows"));
    EXPECT_THAT(complaint({.source = write("data.txt", "")}), HasSubstr("unknown kind of file"));
    EXPECT_THAT(complaint({.source = folder.path / "missing.csv"}), HasSubstr("missing.csv"));
}

TEST_F(Import, OfANumpyArray)
{
    EXPECT_EQ(features_of(imported({.source = write("a.npy", npy<double>("<f8", "(3, 2)", {1, 2, 3, 4.5, -5, 0.1})), .tile_rows = 2})), (std::vector<float>{1, 2, 3, 4.5F, -5, 0.1F}));
    const auto half = imported({.source = write("h.npy", npy<_Float16>("<f2", "(2, 2)", {_Float16(1), _Float16(0.1), _Float16(65504), _Float16(-2)}))});
    EXPECT_EQ(half.info.type, FeatureType::float16);
    EXPECT_EQ(features_of(half), (std::vector<float>{1, static_cast<float>(static_cast<_Float16>(0.1)), 65504, -2}));
    const auto bytes = imported({.source = write("u.npy", npy<std::uint8_t>("|u1", "(2, 3)", {0, 255, 7, 1, 2, 3}))});
    EXPECT_EQ(bytes.info.type, FeatureType::uint8);
    EXPECT_EQ(features_of(bytes), (std::vector<float>{0, 255, 7, 1, 2, 3}));
    EXPECT_EQ(features_of(imported({.source = write("i.npy", npy<std::int64_t>("<i8", "(1, 3)", {-1, 2, 1 << 20}))})), (std::vector<float>{-1, 2, 1 << 20}));
}

TEST_F(Import, PacksBits)
{
    std::vector<std::uint8_t> values;
    for (int i = 0; i < 3 * 19; ++i) values.push_back((i * i) % 5 == 1 ? 1 : 0);
    const auto shard = imported({.source = write("b.npy", npy("|b1", "(3, 19)", values)), .type = FeatureType::bits, .tile_rows = 2});
    EXPECT_EQ(shard.info.type, FeatureType::bits);
    EXPECT_EQ(shard.info.columns, 19);
    EXPECT_EQ(shard.info.row_bytes(), 3U);
    EXPECT_EQ(features_of(shard), std::vector<float>(values.begin(), values.end()));
    // The first feature is in the highest bit, as numpy.packbits has it.
    const auto packed = hdf5::File::open(folder.path / "pool.h5");
    std::vector<std::uint8_t> first(3);
    packed.read_rows("/features", hdf5::Type::uint8, 0, 1, first.data());
    EXPECT_EQ(first[0] >> 7, values[0]);
    EXPECT_EQ((first[0] >> 6) & 1, values[1]);
    EXPECT_EQ(first[2] & 0x1f, 0) << "padding";
}

TEST_F(Import, OfANumpyArchive)
{
    const std::int64_t large = (std::int64_t{1} << 53) + 1;  // no double has this value
    const auto npz = write_npz("a.npz", {{"features", npy<float>("<f4", "(3, 2)", {1, 2, 3, 4, 5, 6})},
                                         {"targets", npy<double>("<f8", "(3, 2)", {0.1, 0.2, std::nan(""), 0.4, 0.5, 0.6})},
                                         {"target_names", npy<char32_t>("<U4", "(2,)", {U'g', U'a', U'p', 0, U'µ', U'→', U'𝛼', 0})},
                                         {"target_units", npy<char>("|S2", "(2,)", {'e', 'V', 'D', 0})},
                                         {"columns", npy<char>("|S1", "(2,)", {'p', 'q'})},
                                         {"ids", npy<std::int64_t>("<i8", "(3,)", {large, -7, 0})}});
    const auto shard = imported({.source = npz, .tile_rows = 1, .provenance = "a test"});
    EXPECT_EQ(features_of(shard), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(shard.info.target_names, (std::vector<std::string>{"gap", "µ→𝛼"}));
    EXPECT_EQ(shard.info.target_units, (std::vector<std::string>{"eV", "D"}));
    EXPECT_EQ(shard.info.column_names, (std::vector<std::string>{"p", "q"}));
    EXPECT_EQ(shard.info.provenance, "a test");
    EXPECT_EQ(pool::read_ids(shard.info, {0, 1, 2}), (std::vector<std::string>{"9007199254740993", "-7", "0"}));
    const auto targets = targets_of(shard);
    EXPECT_EQ(targets[5], 0.6);
    EXPECT_TRUE(std::isnan(targets[2]));
}

TEST_F(Import, ReadsTextIdsOfAnyLength)
{
    const std::vector<std::string> ids = {"a", "", "a much longer id"};
    const std::string bytes = fixed_texts(ids, 16);
    const auto npz = write_npz("a.npz", {{"features", npy<float>("<f4", "(3, 1)", {1, 2, 3})}, {"ids", npy("|S16", "(3,)", std::vector<char>(bytes.begin(), bytes.end()))}});
    EXPECT_EQ(pool::read_ids(imported({.source = npz, .tile_rows = 1}).info, {0, 1, 2}), ids);
}

TEST_F(Import, NamesWhatIsWrongInANumpyFile)
{
    const auto complaint_about = [&](const std::string& bytes) { return complaint({.source = write("a.npy", bytes)}); };
    EXPECT_THAT(complaint_about(npy<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5})), HasSubstr("truncated: 20 bytes of data where 24 are needed"));
    EXPECT_THAT(complaint_about(npy<float>(">f4", "(1, 1)", {1})), HasSubstr("big-endian"));
    EXPECT_THAT(complaint_about(npy<float>("<f4", "(1, 2)", {1, 2}, "True")), HasSubstr("Fortran order"));
    EXPECT_THAT(complaint_about(npy<double>("<c16", "(1, 1)", {1, 2})), HasSubstr("element type"));
    EXPECT_THAT(complaint_about(npy<float>("<f4", "(2,)", {1, 2})), HasSubstr("must be [rows, columns]"));
    EXPECT_THAT(complaint_about("not numpy at all"), HasSubstr("not a NumPy array file"));
    const auto features = npy<float>("<f4", "(2, 1)", {1, 2});
    EXPECT_THAT(complaint({.source = write_npz("a.npz", {{"features", features}, {"targets", npy<double>("<f8", "(3,)", {1, 2, 3})}})}), AllOf(HasSubstr("targets"), HasSubstr("has 3 rows; must have 2")));
    EXPECT_THAT(complaint({.source = write_npz("a.npz", {{"x", features}})}), HasSubstr("no array 'features'"));
}

TEST_F(Import, RefusesValuesThatDoNotFit)
{
    const auto npy_file = write("a.npy", npy<double>("<f8", "(4, 1)", {1, 0, 2, 1e39}));
    EXPECT_THAT(complaint({.source = npy_file, .type = FeatureType::bits, .tile_rows = 1}), HasSubstr("row 2, column 0: 2 does not fit bits"));
    EXPECT_THAT(complaint({.source = npy_file, .type = FeatureType::uint8, .tile_rows = 1}), HasSubstr("row 3, column 0: 1e+39 does not fit uint8"));
    EXPECT_THAT(complaint({.source = npy_file, .type = FeatureType::float32, .tile_rows = 1}), HasSubstr("row 3"));
    EXPECT_THAT(complaint({.source = write("b.npy", npy<double>("<f8", "(1, 1)", {65520})), .type = FeatureType::float16}), HasSubstr("does not fit float16"));
    EXPECT_THAT(complaint({.source = write("c.npy", npy<double>("<f8", "(1, 1)", {0.5})), .type = FeatureType::uint8}), HasSubstr("whole numbers from 0 to 255"));
    EXPECT_THAT(complaint({.source = write("d.npy", npy<double>("<f8", "(1, 1)", {std::nan("")})), .type = FeatureType::uint8}), HasSubstr("does not fit"));
}

}  // namespace sluice
