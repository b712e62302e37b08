// Structs whose bytes are packed records.
#pragma once
#include <array>
#include <cstdint>

namespace feed {

enum class Kind : std::uint8_t { ping = 1, order, text };

struct Order {
    std::uint32_t id;
    double price;
};

union Body {
    std::uint64_t ping;                     // @variant(feed::Kind::ping)
    Order order;                            // @variant(Kind::order)
    char text[24];                          // @variant(3)
};

// The last message: what is in its body, its kind says.
// @seqlock
struct [[memglass::observe]] Message {
    Kind kind;
    Body body;                              // @variant(kind)
    std::uint16_t count;
    Order orders[4];                        // @count(count)
    std::uint8_t tail[8];                   // @count(count * 2)
};

// A frame as it comes from the wire. @layout("struct Frame { u8 len; char text[len]; be u16 crc; };")
struct Frame {
    std::uint8_t bytes[32];
};

struct [[memglass::observe]] Gateway {
    std::uint32_t received;                 // @atomic
    // @seqlock @layout("struct ack { be u32 number; u8 len; char text[len]; };")
    std::uint8_t ack[32];
    std::array<std::uint8_t, 8> raw;        // @layout("struct pair { u24 first, second; };")
    Frame frame;
    Frame frames[2];                        // @locked
    Message last;
};

}  // namespace feed
