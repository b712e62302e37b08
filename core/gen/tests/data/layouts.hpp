#pragma once
#include <cstdint>

extern "C" {
typedef struct [[memglass::observe]] {
    unsigned char id;
    __extension__ struct {
        int x, y;  // @readonly
    };
    struct {
        short a;
        bool b;
    } inner[2];
    enum { off, on } power;
} Row;
}

// memglass has a type of this name too.
struct Session {
    int value;
};

namespace a::inline v1 {
template <class T, int N> struct Box {
    T values[N];  // @readonly
    bool full;
};
struct Base {
    int inherited;  // @atomic
};
struct [[memglass::observe]] Derived : Base {};

class [[memglass::observe]] alignas(64) Holder {
public:
    struct Nested {
        bool on;
    };
    Holder() = default;
    Box<int, 2> ints;
    Box<Nested, 3> nested;
    Box<Session, 1> sessions;
    alignas(32) std::uint16_t apart;
    int twice();

private:
    static int hidden;
};
}  // namespace a::inline v1

struct [[gnu::unused, memglass::observe]] Bits {
    std::uint8_t byte;
    int : 0;
    unsigned low : 3, mid : 13;
    int : 0;
    signed int sign : 5;  // @range(-16, 15)
    bool flag : 1;
    unsigned long long wide : 40;
    enum class Mode : unsigned char { idle, busy } mode : 2;
};
