// One object for each security, with its quote and position inside.
#pragma once
#include <cstdint>

struct [[memglass::observe]] Quote {
    int64_t bid_price;      // @unit("ticks")
    int64_t ask_price;      // @unit("ticks")
    uint32_t bid_size;
    uint32_t ask_size;
    uint64_t timestamp_ns;
};

struct [[memglass::observe]] Position {
    uint32_t symbol_id;     // @readonly
    int64_t quantity;       // @atomic
    int64_t avg_price;      // @unit("ticks")
    int64_t unrealized_pnl;
};

struct [[memglass::observe]] Security {
    Quote quote;            // @seqlock
    Position position;
};
