// The types of types.rs, as C++ has them.
#pragma once

#include <memglass/bits.hpp>

struct [[memglass::observe]] Quote {
    std::int64_t bid_price;
    std::int64_t ask_price;
    std::uint32_t bid_size;
    std::uint32_t ask_size;
    std::uint64_t timestamp_ns;
};

enum class Side : std::int8_t { buy = 1, sell = -1 };

struct [[memglass::observe]] Position {
    std::uint32_t symbol_id;    // @readonly
    std::int64_t quantity;      // @atomic @desc("signed number of shares")
    std::int64_t avg_price;     // @range(0, 10000000) @unit("ticks")
    Quote last_quote;           // @seqlock
    char error_msg[256];        // @locked
    Side side;
    std::int64_t levels[2][3];
    bool live;
    Quote best;
    char symbol[16];            // @regex("[A-Z]{1,5}")
    double ratio;               // @min(-1.5) @step(0.5) @format("%.2f")
    std::uint8_t venue;         // @enum(NYSE=1, NASDAQ=2)
    memglass::Int128 total;     // @seqlock
};

union alignas(8) Word {
    std::int64_t number;
    double real;
};

struct [[memglass::observe]] Links {
    Word word;
    Word words[2];
    const Quote* quote;         // @address
    double* numbers[3];         // @address
    const Links* next;          // @address
    void* anything;             // @address @desc("who knows")
};

// All parts of one have the same number, so that a torn one shows.
// @seqlock
struct [[memglass::observe]] Even {
    std::uint64_t parts[7];
};

// Has bytes and bits that belong to no member, in members too.
struct Gap {
    std::uint8_t kind;
    std::uint32_t number;
};

union alignas(8) Either {
    Gap gap;
    std::uint16_t few;
};

// @seqlock
struct [[memglass::observe]] Gappy {
    std::uint8_t first;
    double price;
    unsigned low : 3;
    unsigned high : 9;
    Gap gaps[2];
    Either either;
    std::uint8_t last;
};

// As aligned as a line of the cache.
// @seqlock
struct [[memglass::observe]] alignas(64) Line {
    std::uint64_t numbers[8];
};

struct [[memglass::observe]] Wide {
    memglass::UInt128 number;
};

inline Even even(std::uint64_t number) { return {{number, number, number, number, number, number, number}}; }
inline bool is_even(const Even& value) {
    for (std::uint64_t part : value.parts) {
        if (part != value.parts[0]) {
            return false;
        }
    }
    return true;
}
