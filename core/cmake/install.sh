#!/bin/sh
# Installs what C and C++ programs need: install.sh LIBRARIES PREFIX, where LIBRARIES is the directory that cargo
# built libmemglass.a and libmemglass.so into.
set -eu
libraries=$1
prefix=$2
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$here/../../Cargo.toml" | head -n 1)

# A file with the version filled in.
fill() {
    sed "s/@VERSION@/$version/" "$here/$1" > "$prefix/$2/$1"
}

for directory in include/memglass lib/cmake/memglass lib/pkgconfig; do
    mkdir -p "$prefix/$directory"
done
cp "$here"/../include/memglass/*.h "$here"/../include/memglass/*.hpp "$prefix/include/memglass/"
cp "$libraries/libmemglass.a" "$libraries/libmemglass.so" "$prefix/lib/"
# Programs that link the library need none of its debug information and bitcode, which are most of its size.
if command -v strip > /dev/null; then
    strip --strip-debug --remove-section=.llvmbc --remove-section=.llvmcmd \
        "$prefix/lib/libmemglass.a" "$prefix/lib/libmemglass.so"
fi
# The generator and the program, where they were built.
for program in memglass-gen memglass; do
    if [ -x "$libraries/$program" ]; then
        mkdir -p "$prefix/bin"
        cp "$libraries/$program" "$prefix/bin/"
    fi
done
fill memglass-config.cmake lib/cmake/memglass
fill memglass-config-version.cmake lib/cmake/memglass
fill memglass.pc lib/pkgconfig
echo "memglass $version is in $prefix"
