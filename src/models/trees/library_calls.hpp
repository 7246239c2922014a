#pragma once

#include "base/error.hpp"

#include <LightGBM/c_api.h>
#include <xgboost/c_api.h>

#include <memory>

namespace sluice::models {

/// The one place where a status of the C interfaces of XGBoost and LightGBM is looked at. 0 is success.
/// \param call  name of the function, for the message
inline void xgboost(int status, const char* call)
{
    if (status != 0) fail("XGBoost, {}: {}", call, XGBGetLastError());
}

inline void lightgbm(int status, const char* call)
{
    if (status != 0) fail("LightGBM, {}: {}", call, LGBM_GetLastError());
}

/// Owners of the libraries' handles, which are plain pointers to void.
struct FreeXgboostMatrix {
    void operator()(void* handle) const { XGDMatrixFree(handle); }
};
struct FreeXgboostBooster {
    void operator()(void* handle) const { XGBoosterFree(handle); }
};
struct FreeLightgbmDataset {
    void operator()(void* handle) const { LGBM_DatasetFree(handle); }
};
struct FreeLightgbmBooster {
    void operator()(void* handle) const { LGBM_BoosterFree(handle); }
};
using XgboostMatrix = std::unique_ptr<void, FreeXgboostMatrix>;
using XgboostBooster = std::unique_ptr<void, FreeXgboostBooster>;
using LightgbmDataset = std::unique_ptr<void, FreeLightgbmDataset>;
using LightgbmBooster = std::unique_ptr<void, FreeLightgbmBooster>;

}  // namespace sluice::models

/// SLUICE_XGBOOST(XGBoosterSetParam, booster, "eta", "0.1") calls and checks.
#define SLUICE_XGBOOST(call, ...) ::sluice::models::xgboost(call(__VA_ARGS__), #call)
#define SLUICE_LIGHTGBM(call, ...) ::sluice::models::lightgbm(call(__VA_ARGS__), #call)
