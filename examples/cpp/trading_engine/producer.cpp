// A trading engine whose positions, quotes and orders can be seen and changed while it runs:
//
//   trading_engine                  until Ctrl-C; meanwhile: memglass trading_engine
#include <memglass/memglass.hpp>

#include "memglass_generated.hpp"  // made by memglass-gen from trading_types.hpp

#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <thread>
#include <vector>

namespace {

volatile std::sig_atomic_t is_ending = 0;

void run() {
    memglass::init("trading_engine");
    memglass::generated::register_all_types();

    const char* symbols[] = {"AAPL", "MSFT", "GOOG", "AMZN", "META"};
    std::vector<memglass::Stored<Position>*> positions;
    std::vector<memglass::Stored<Quote>*> quotes;
    for (int i = 0; i < 5; i++) {
        std::string symbol = symbols[i];
        auto* position = memglass::create<Position>(symbol + "_position");
        position->symbol_id = static_cast<uint32_t>(i);
        position->quantity = 0;
        position->avg_price = 0;
        positions.push_back(position);

        auto* quote = memglass::create<Quote>(symbol + "_quote");
        quote->bid_price = 15000 + i * 1000;
        quote->ask_price = quote->bid_price + 5;
        quote->bid_size = 100;
        quote->ask_size = 100;
        quotes.push_back(quote);
    }
    memglass::create<Order>("order_12345", Order{.order_id = 12345, .symbol_id = 0, .price = 15025, .quantity = 100,
                                                 .filled_qty = 0, .symbol = "AAPL", .side = 1, .status = 1,
                                                 .flags = 4});
    std::cout << "trading_engine runs; look at it with: memglass trading_engine" << std::endl;

    std::mt19937 gen(std::random_device{}());
    std::uniform_int_distribution<> price_delta(-10, 10);
    while (!is_ending) {
        for (std::size_t i = 0; i < positions.size(); i++) {
            quotes[i]->bid_price += price_delta(gen);
            quotes[i]->ask_price = quotes[i]->bid_price + 5;
            quotes[i]->timestamp_ns =
                static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());

            positions[i]->last_quote = *quotes[i];
            if (positions[i]->quantity != 0) {
                int64_t mark = quotes[i]->bid_price;
                positions[i]->unrealized_pnl = (mark - positions[i]->avg_price) * positions[i]->quantity;
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    memglass::shutdown();
}

}  // namespace

int main() {
    auto end = [](int) { is_ending = 1; };
    std::signal(SIGINT, end);
    std::signal(SIGTERM, end);
    try {
        run();
    } catch (const memglass::Error& error) {
        std::cerr << "trading_engine: " << error.what() << '\n';
        return 1;
    }
}
