# Finds everything Sluice links and gathers it in the target sluice_dependencies. Every failure says what to do.

execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} rev-parse --short HEAD OUTPUT_VARIABLE SLUICE_COMMIT
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(EXISTS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)  # the program says its commit: configure again after one
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)   # without both it passes by all that has a precompiled header
endif()

find_package(MPI COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
  message(FATAL_ERROR "No MPI found. Run tools/bootstrap (Debian: libopenmpi-dev), or load an MPI module.")
endif()

set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 COMPONENTS C)
if(NOT HDF5_FOUND)
  message(FATAL_ERROR "No HDF5 found. Run tools/bootstrap (Debian: libhdf5-openmpi-dev), or on a cluster: spack install hdf5 +mpi")
elseif(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "The HDF5 found (${HDF5_C_LIBRARIES}) is serial; Sluice needs parallel HDF5. "
                      "Debian: install libhdf5-openmpi-dev; on a cluster: spack install hdf5 +mpi, and set HDF5_ROOT to it.")
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # by name: of a path CMake warns, for every program, that the libgomp beside Torch may hide it
  set(OpenMP_gomp_LIBRARY gomp CACHE STRING "OpenMP's run time")
endif()
find_package(Kokkos CONFIG QUIET COMPONENTS separable_compilation)  # the compiler of a source is chosen below
if(NOT Kokkos_FOUND)
  message(FATAL_ERROR "No Kokkos found. Run tools/bootstrap, which builds it, then configure through tools/build; "
                      "or on a cluster: spack install kokkos@4.5: +openmp, and add it to CMAKE_PREFIX_PATH.")
elseif(Kokkos_VERSION VERSION_LESS 4.5 OR Kokkos_VERSION VERSION_GREATER_EQUAL 6.0)
  message(FATAL_ERROR "Kokkos ${Kokkos_VERSION} in ${Kokkos_DIR}; Sluice needs 4.5 to 5.x. "
                      "Run tools/bootstrap, which builds 4.5.1, or on a cluster: spack install kokkos@4.5: +openmp")
endif()

if(SLUICE_CUDA AND NOT Kokkos_ENABLE_CUDA)
  message(FATAL_ERROR "The cuda preset needs a Kokkos built with CUDA; the one in ${Kokkos_DIR} is not. "
                      "On a cluster take the GPU specs of Spack.yaml, and set CMAKE_PREFIX_PATH to them.")
endif()

if(SLUICE_CUDA)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env SLUICE_NVCC_WRAPPER=${Kokkos_DIR}/../../../bin/nvcc_wrapper NVCC_WRAPPER_DEFAULT_COMPILER=${CMAKE_CXX_COMPILER}
    ${PROJECT_SOURCE_DIR}/tools/cmake/nvcc_for_kokkos)
  set(CMAKE_CXX_LINKER_LAUNCHER ${PROJECT_SOURCE_DIR}/tools/cmake/nvcc_for_kokkos)  # Kokkos has options for nvcc in links too
endif()

find_package(Torch CONFIG QUIET)
if(NOT Torch_FOUND)
  message(FATAL_ERROR "No LibTorch found. Run tools/bootstrap and configure through tools/build; "
                      "or set CMAKE_PREFIX_PATH to what python -c 'import torch; print(torch.utils.cmake_prefix_path)' prints.")
elseif(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  message(FATAL_ERROR "The LibTorch in ${Torch_DIR} has the old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0), all other libraries the new one. "
                      "Run tools/bootstrap, or install torch 2.7 or newer, whose wheels have the new ABI.")
endif()

find_package(PkgConfig REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
pkg_check_modules(IGRAPH REQUIRED IMPORTED_TARGET igraph)
find_library(XGBOOST_LIBRARY xgboost)
find_library(LIGHTGBM_LIBRARY _lightgbm)
find_path(LIGHTGBM_INCLUDE LightGBM/c_api.h)
foreach(found XGBOOST_LIBRARY LIGHTGBM_LIBRARY LIGHTGBM_INCLUDE)
  if(NOT ${found})
    message(FATAL_ERROR "${found} was not found. Run tools/bootstrap and configure through tools/build; or on a cluster: spack install xgboost lightgbm.")
  endif()
endforeach()
find_library(CSV_LIBRARY csv)
if(NOT CSV_LIBRARY)
  message(FATAL_ERROR "No libcsv found. Run tools/bootstrap (Debian: libcsv-dev).")
endif()

add_library(sluice_dependencies INTERFACE)
target_include_directories(sluice_dependencies SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(sluice_dependencies INTERFACE Kokkos::kokkos MPI::MPI_CXX ${HDF5_C_LIBRARIES} CLI11::CLI11
  tomlplusplus::tomlplusplus spdlog::spdlog fmt::fmt nlohmann_json::nlohmann_json PkgConfig::LIBZIP PkgConfig::XXHASH ${CSV_LIBRARY}
  Eigen3::Eigen PkgConfig::IGRAPH ${XGBOOST_LIBRARY} ${LIGHTGBM_LIBRARY})
target_include_directories(sluice_dependencies SYSTEM INTERFACE ${LIGHTGBM_INCLUDE})
if(SLUICE_CUDA)
  find_path(NCCL_INCLUDE nccl.h HINTS $ENV{NCCL_ROOT}/include)
  find_library(NCCL_LIBRARY nccl HINTS $ENV{NCCL_ROOT}/lib)
  if(NOT NCCL_INCLUDE OR NOT NCCL_LIBRARY)
    message(FATAL_ERROR "No NCCL found. Run tools/bootstrap-cuda and configure as tools/check-cuda does; or on a cluster: spack install nccl, and set NCCL_ROOT to it.")
  endif()
  target_include_directories(sluice_dependencies SYSTEM INTERFACE ${NCCL_INCLUDE})
  target_link_libraries(sluice_dependencies INTERFACE ${NCCL_LIBRARY})
endif()
# OMPI_SKIP_MPICXX: the C++ bindings of MPI were withdrawn, and warn.
# EIGEN_DONT_PARALLELIZE: Eigen would cut a matrix product by the number of threads, and round accordingly.
target_compile_definitions(sluice_dependencies INTERFACE OMPI_SKIP_MPICXX EIGEN_DONT_PARALLELIZE)
# -ffp-contract and its like: no fused or reordered arithmetic beyond what the source says; results must not depend on how a loop was compiled.
# -Wno-restrict, -Wno-stringop-overflow, -Wno-array-bounds: of std::string GCC 12 warns wrongly.
target_compile_options(sluice_dependencies INTERFACE -Wall -Wextra -Wconversion -Wno-sign-conversion -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-missing-field-initializers
  -ffp-contract=off -fno-trapping-math -fno-math-errno)
if(SLUICE_ARCH)
  target_compile_options(sluice_dependencies INTERFACE -march=${SLUICE_ARCH})
endif()
find_program(MOLD mold)
if(MOLD)
  target_link_options(sluice_dependencies INTERFACE -fuse-ld=mold)
endif()
if(SLUICE_SANITIZE)
  target_compile_options(sluice_dependencies INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_link_options(sluice_dependencies INTERFACE -fsanitize=address,undefined)
endif()
