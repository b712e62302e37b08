// The types that the engine keeps in shared memory.
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
    int64_t quantity;       // @atomic @desc("signed number of shares")
    int64_t avg_price;      // @range(0, 10000000) @unit("ticks")
    int64_t realized_pnl;
    int64_t unrealized_pnl;
    Quote last_quote;       // @seqlock
    char error_msg[256];    // @locked
};

struct [[memglass::observe]] Order {
    uint64_t order_id;      // @readonly
    uint32_t symbol_id;
    int64_t price;          // @min(0) @unit("ticks")
    uint32_t quantity;      // @range(1, 1000000) @step(100)
    uint32_t filled_qty;    // @readonly
    char symbol[16];        // @regex("[A-Z]{1,5}")
    int8_t side;            // @enum(BUY=1, SELL=-1)
    int8_t status;          // @enum(PENDING=0, OPEN=1, FILLED=2, CANCELLED=3)
    uint32_t flags;         // @flags(IOC=1, FOK=2, POST_ONLY=4, REDUCE_ONLY=8)
};
