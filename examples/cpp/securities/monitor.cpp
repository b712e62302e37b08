// Shows the types of `securities`, and its values once a second:
//
//   security_monitor [ROUNDS]       until Ctrl-C, or so many times
#include <memglass/observer.hpp>

#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <limits>
#include <thread>

namespace {

void show_types(const memglass::Observer& observer) {
    for (const auto& type : observer.types()) {
        if (type.fields.empty()) {
            continue;
        }
        std::cout << type.name << " (" << type.size << " bytes)\n";
        for (const auto& field : type.fields) {
            std::cout << "  " << field.name << ": " << field.type_name << " at " << field.offset << '\n';
        }
    }
}

void show_values(const memglass::Observer& observer) {
    std::cout << std::setw(8) << "symbol" << std::setw(10) << "bid" << std::setw(10) << "ask" << std::setw(10)
              << "quantity" << std::setw(12) << "unrealized" << '\n';
    for (const auto& object : observer.objects()) {
        auto security = observer.get(object);
        std::cout << std::setw(8) << object.label << std::setw(10) << security["quote.bid_price"].as<int64_t>()
                  << std::setw(10) << security["quote"]["ask_price"].as<int64_t>() << std::setw(10)
                  << security["position.quantity"].as<int64_t>() << std::setw(12)
                  << security["position.unrealized_pnl"].as<int64_t>() << '\n';
    }
    std::cout << std::flush;
}

void run(int rounds) {
    memglass::Observer observer("securities");
    observer.attach();
    std::cout << "attached to process " << observer.producer_pid() << '\n';
    show_types(observer);
    for (int round = 0; round < rounds; ++round) {
        if (round > 0) {
            std::this_thread::sleep_for(std::chrono::seconds(1));
        }
        observer.refresh();
        show_values(observer);
    }
}

}  // namespace

int main(int count, char** arguments) {
    try {
        run(count > 1 ? std::atoi(arguments[1]) : std::numeric_limits<int>::max());
    } catch (const memglass::Error& error) {
        std::cerr << "security_monitor: " << error.what() << '\n';
        return 1;
    }
}
