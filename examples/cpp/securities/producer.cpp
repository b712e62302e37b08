// Securities with nested quotes and positions, for those who come from the C++ memglass:
//
//   securities                      until Ctrl-C; meanwhile: memglass securities, or security_monitor
#include <memglass/memglass.hpp>

#include "securities_generated.hpp"  // made by memglass-gen from security_types.hpp

#include <chrono>
#include <csignal>
#include <iostream>
#include <random>
#include <thread>
#include <vector>

namespace {

volatile std::sig_atomic_t is_ending = 0;

using StoredSecurity = memglass::Stored<Security>;

uint64_t now_ns() { return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()); }

/// One tick: a whole new quote, and what it means for the position.
void tick(StoredSecurity& security, int64_t price_change, int64_t bought) {
    Quote quote = security.quote.read();
    quote.bid_price = std::max<int64_t>(1000, quote.bid_price + price_change);
    quote.ask_price = quote.bid_price + 5;
    quote.timestamp_ns = now_ns();
    security.quote.write(quote);

    auto& position = security.position;
    if (bought != 0 && position.quantity.fetch_add(bought) == 0) {
        position.avg_price = quote.ask_price;
    }
    position.unrealized_pnl = (quote.bid_price - position.avg_price) * position.quantity;
}

void run() {
    memglass::init("securities");
    memglass::generated::register_all_types();
    std::vector<StoredSecurity*> securities;
    for (const char* symbol : {"AAPL", "MSFT", "GOOG", "AMZN", "META"}) {
        auto number = static_cast<uint32_t>(securities.size());
        int64_t bid = 15000 + int64_t{number} * 1000;
        Security security{.quote = {bid, bid + 5, 100, 100, now_ns()}, .position = {number, 0, 0, 0}};
        securities.push_back(memglass::create<Security>(symbol, security));
    }
    std::cout << "securities runs; look at it with: memglass securities" << std::endl;

    std::mt19937 gen(std::random_device{}());
    std::uniform_int_distribution<int64_t> price_change(-10, 10), bought(-1, 1);
    for (uint64_t number = 0; !is_ending; ++number) {
        for (StoredSecurity* security : securities) {
            tick(*security, price_change(gen), number % 100 == 0 ? 100 * bought(gen) : 0);
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
        std::cerr << "securities: " << error.what() << '\n';
        return 1;
    }
}
