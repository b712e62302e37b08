// The types of the example trading engine.
#pragma once
#include <cstdint>

struct [[memglass::observe]] Quote {
    int64_t bid_price;      // Price in ticks
    int64_t ask_price;
    uint32_t bid_size;
    uint32_t ask_size;
    uint64_t timestamp_ns;
};

struct [[memglass::observe]] Position {
    uint32_t symbol_id;
    int64_t quantity;       // @atomic
    int64_t avg_price;
    int64_t unrealized_pnl;
    int64_t realized_pnl;
    Quote last_quote;       // @seqlock
};

struct [[memglass::observe]] Order {
    uint64_t order_id;      // @readonly
    uint32_t symbol_id;
    int64_t price;          // @min(0) @format("%.2f") @unit("ticks")
    uint32_t quantity;      // @range(1, 1000000) @step(100)
    uint32_t filled_qty;    // @readonly @format("%d")
    char symbol[16];        // @regex("[A-Z]{1,5}")
    int8_t side;            // @enum(BUY=1, SELL=-1)
    int8_t status;          // @enum(PENDING=0, OPEN=1, FILLED=2, CANCELLED=3, REJECTED=4)
    uint32_t flags;         // @flags(IOC=1, FOK=2, POST_ONLY=4, REDUCE_ONLY=8)
};

struct [[memglass::observe]] Book {
    uint32_t symbol_id;
    Quote levels[5];
    char error_msg[256];    // @locked
    uint64_t update_count;  // @atomic
};
