// Lists what a session has, reads a field, or writes one:
//
//   observer_cli SESSION                 all objects, with their values
//   observer_cli SESSION PATH            one field: AAPL_position.last_quote.bid_price
//   observer_cli SESSION PATH VALUE      writes it, with all checks that the producer declared
#include <memglass/observer.hpp>

#include <charconv>
#include <iostream>

namespace {

/// Writes a value as it was typed: a number where the field is one, else text or the name of an enum value.
void write(memglass::View field, std::string_view value) {
    std::int64_t integer = 0;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), integer);
    if (error == std::errc() && end == value.data() + value.size()) {
        field = integer;
    } else if (field.info().kind == MEMGLASS_KIND_FLOAT) {
        field = std::stod(std::string(value));
    } else {
        field = value;
    }
}

int run(int count, char** arguments) {
    if (count < 2 || count > 4) {
        std::cerr << "usage: observer_cli SESSION [PATH [VALUE]]\n";
        return 2;
    }
    memglass::Observer observer(arguments[1], count == 4 ? memglass::Access::write : memglass::Access::read);
    observer.attach();
    if (count == 2) {
        for (const auto& object : observer.objects()) {
            std::cout << object.label << " [" << object.type_name << "] " << observer.get(object) << '\n';
        }
        return 0;
    }
    auto field = observer.field(arguments[2]);
    if (count == 4) {
        write(field, arguments[3]);
    }
    std::cout << field << '\n';
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return run(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "observer_cli: " << error.what() << '\n';
        return 1;
    }
}
