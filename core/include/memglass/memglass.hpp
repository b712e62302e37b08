// memglass for producers: typed objects of a running program in shared memory.
//
//     #include <memglass/memglass.hpp>
//     #include "trading_generated.hpp"        // made by memglass-gen from trading.hpp
//
//     memglass::init("trading_engine");
//     auto* position = memglass::create<Position>("AAPL_position");
//     position->quantity = 500;
//     position->last_quote = Quote{.bid_price = 15020, .ask_price = 15025};
//
// docs/cpp.md is the introduction. Link with -lmemglass; C++20.
#ifndef MEMGLASS_HPP
#define MEMGLASS_HPP

#include <memglass/language.hpp>
#include <memglass/session.hpp>

#endif
