// The sequence lock of core/include/memglass/guarded.hpp as the models call it. Its accesses are the model's.
#include <memglass/guarded.hpp>

namespace {

/// A value whose second part is the first plus 100: a mix of two values shows.
struct Pair {
    std::uint64_t first;
    std::uint64_t second;
};

using Cell = memglass::Locked<Pair>;

Pair pair(std::uint64_t value) { return {value, value + 100}; }

}  // namespace

extern "C" {

/// One attempt to read; false if a value was published meanwhile.
bool cpp_try_read(const Cell& cell, std::uint64_t* words) {
    auto value = cell.try_read();
    if (value) {
        words[0] = value->first;
        words[1] = value->second;
    }
    return value.has_value();
}

std::uint64_t cpp_sequence(const Cell& cell) { return cell.sequence(); }

/// Writes the values from `first` to `last`; false if another writer held the cell for too long.
bool cpp_write(Cell& cell, std::uint64_t first, std::uint64_t last) {
    try {
        for (; first <= last; ++first) {
            cell.write(pair(first));
        }
        return true;
    } catch (const memglass::Error&) {
        return false;
    }
}

/// The same under one claim.
bool cpp_write_held(Cell& cell, std::uint64_t first, std::uint64_t last) {
    try {
        memglass::Writer<Pair> writer = cell.writer();
        for (; first <= last; ++first) {
            writer.write(pair(first));
        }
        return true;
    } catch (const memglass::Error&) {
        return false;
    }
}

bool cpp_try_write(Cell& cell, std::uint64_t value) { return cell.try_write(pair(value)); }

/// Adds 1; false if another writer held the cell for too long.
bool cpp_increment(Cell& cell) {
    try {
        cell.update([](Pair& value) {
            ++value.first;
            ++value.second;
        });
        return true;
    } catch (const memglass::Error&) {
        return false;
    }
}

}  // extern "C"
