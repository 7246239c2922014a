# Sourced by tools/bootstrap and tools/bootstrap-cuda: the one version of Kokkos that both build. Needs $venv.
kokkos_version=4.5.1
kokkos_carrier=pycompadre==1.7.6   # its source package carries the whole of Kokkos

# fetch_kokkos WORK: the source in WORK/source/kokkos
fetch_kokkos() {
  "$venv/bin/python" tools/fetch_sdist.py "$kokkos_carrier" "$1/source.tar.gz"
  mkdir "$1/source" && tar -xzf "$1/source.tar.gz" -C "$1/source" --strip-components=1
}

# build_kokkos WORK PREFIX [settings for CMake]: builds it there and installs it
build_kokkos() {
  local work=$1 prefix=$2; shift 2
  cmake -S "$work/source/kokkos" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_STANDARD=20 -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DKokkos_ENABLE_SERIAL=ON -DKokkos_ENABLE_OPENMP=ON -DCMAKE_INSTALL_PREFIX="$prefix" "$@" >"$work/log" 2>&1 \
    && cmake --build "$work/build" --target install >>"$work/log" 2>&1 || { tail -40 "$work/log" >&2; exit 1; }
}
