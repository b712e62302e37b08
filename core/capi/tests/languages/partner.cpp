// The other process of a test: `partner produce NAME` or `partner write NAME`. It does what the lines of its input
// say, and answers each with a line.
#include "types_generated.hpp"

#include <memglass/observer.hpp>

#include <iostream>
#include <thread>

namespace {

void say(std::string_view line) { std::cout << line << std::endl; }

/// How the generator describes a type, in hexadecimal digits.
template <class T> std::string described() {
    memglass::Schema schema;
    memglass::storage_type<memglass::Stored<T>>(schema);
    std::string hex;
    for (char encoded : schema.encode()) {
        auto byte = static_cast<unsigned char>(encoded);
        const char* digits = "0123456789abcdef";
        hex += {digits[byte >> 4], digits[byte & 15]};
    }
    return hex;
}

/// Writes without a pause until there is another line.
template <class Write> void write_until_told(Write&& write) {
    std::atomic<bool> done = false;
    std::thread writer([&] {
        for (std::uint64_t number = 1; !done; ++number) {
            write(even(number));
        }
    });
    std::string line;
    std::getline(std::cin, line);
    done = true;
    writer.join();
    say("done");
}

int produce(const std::string& name) {
    memglass::Session session(name);
    auto* position = session.create<Position>("AAPL_position", Position{.symbol_id = 7, .quantity = -3, .avg_price = 15025, .last_quote = {1, 2, 3, 4, 5}, .error_msg = "none", .side = Side::sell, .levels = {{1, 2, 3}, {4, 5, -6}}, .live = true, .best = {6, 7, 8, 9, 10}, .symbol = "AAPL", .ratio = 0.5, .venue = 2, .total = -(memglass::Int128{1} << 100)});
    auto* value = session.create<Even>("even");
    say("ready");
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "schema") {
            say(described<Position>());
            say(described<Links>());
        } else if (line == "quantity") {
            say(std::to_string(position->quantity));
        } else if (line == "quote") {
            say(std::to_string(position->last_quote.read().timestamp_ns));
        } else if (line == "text") {
            say(position->error_msg.read().view());
        } else if (line == "race") {
            // A claimed write may lose its turn to one that is stopped; it is tried again.
            write_until_told([&](const Even& number) { (void)value->try_write(number); });
        } else if (line == "hold") {
            auto writer = value->writer();
            say("held");
            write_until_told([&](const Even& number) { writer.write(number); });
        }
    }
    return 0;
}

int write(const std::string& name) {
    memglass::Observer observer(name, memglass::Access::write);
    if (!observer.connect()) {
        say("no session");
        return 1;
    }
    auto value = observer["even"];
    auto position = observer.find("AAPL_position");
    say("ready");
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "race") {
            std::uint64_t torn = 0;
            write_until_told([&](const Even& number) {
                try {
                    value = number;
                    torn += !is_even(value.as<Even>());
                } catch (const memglass::Error& error) {
                    if (error.status() != MEMGLASS_STATUS_BUSY && error.status() != MEMGLASS_STATUS_CONTENDED) {
                        throw;
                    }
                }
            });
            say(std::to_string(torn) + " torn");
        } else if (line == "read") {
            Position all = position;
            bool is_right = all.symbol_id == 7 && all.quantity == -3 && all.last_quote.timestamp_ns == 5
                            && std::string(all.error_msg) == "none" && all.side == Side::sell
                            && all.levels[1][2] == -6 && all.live && all.best.ask_size == 9
                            && std::string(all.symbol) == "AAPL" && all.ratio == 0.5 && all.venue == 2
                            && all.total == -(memglass::Int128{1} << 100);
            say(is_right ? "right" : "wrong");
        } else if (line == "write") {
            position["quantity"] = 500;
            position["last_quote"] = Quote{.bid_price = 5, .ask_price = 6, .bid_size = 7, .ask_size = 8, .timestamp_ns = 9};
            position["error_msg"] = "written";
            say("written");
        }
    }
    return 0;
}

}  // namespace

int main(int, char** arguments) {
    try {
        return std::string_view(arguments[1]) == "produce" ? produce(arguments[2]) : write(arguments[2]);
    } catch (const std::exception& error) {
        say(error.what());
        return 1;
    }
}
