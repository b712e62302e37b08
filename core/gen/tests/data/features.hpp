#ifndef FEATURES_HPP
#define FEATURES_HPP

#include <array>
#include <cstdint>

#define MARKED [[memglass::observe]]
#define API [[gnu::visibility("default")]]
#define ROWS 2

namespace trading {

/// A quote.
/// @brief What a market maker asks and bids.
struct [[memglass::observe]] Quote {
    std::int64_t bid_price;  ///< @unit("ticks")
    std::int64_t ask_price;  // @unit("ticks")
};

enum class Side : std::int8_t { buy = 1, sell = -1 };

// @flags
enum Options : std::uint8_t { ioc = 1, fok = 2, post_only = 4 };

using Price = std::int64_t;
typedef Price Prices[ROWS][3];

// @seqlock
struct Depth {
    Price price;
    std::uint32_t lots;
};

union alignas(8) Extra {
    std::int64_t number;
    double real;
};

struct MARKED API Position {
    std::uint32_t symbol_id = 0;
    // @desc("signed number \"of\" shares")
    // @atomic @step(5)
    std::int64_t quantity = 0;
    Price avg_price = 0;      // @range(0, 10000000) @format("%'d")
    Quote last_quote;         // @seqlock
    char error_msg[256];      /* @locked */
    /* @readonly */ Side side;
    Options options;
    Prices levels;
    Quote history[2];
    std::array<float, 3> weights;
    bool live;
    std::uint64_t counts[4];  // @atomic
    double ratio;             // @min(-0.5) @max(1)
    char symbol[16];          // @regex("[A-Z]{1,5}")
    std::int8_t status;       // @enum(PENDING=0, OPEN=1, GONE=-1)
    std::uint32_t bits;       // @flags(IOC=1, FOK=2)
    Depth depth;
    Extra extra;
    const Quote* best;        // @address
#if defined(WITH_DEBUG)
    std::uint64_t debug;      // @readonly
#endif
    static constexpr int limit = 5;
    bool is_open() const { return status == 1; }  // @atomic here is about something else
};

}  // namespace trading

#endif
