// The types of a game: every annotation, and every kind of member.
#pragma once
#include <array>
#include <cstdint>

namespace game {

enum class Team : std::uint8_t { red, blue };

enum class Keys : std::uint8_t { up = 1, down = 2, fire = 4 };  // @flags

struct [[memglass::observe]] Vec3 {
    float x;  // @unit("m")
    float y;  // @unit("m")
    float z;  // @unit("m")
};

// A place and a heading that belong together: always read whole. @seqlock
struct [[memglass::observe]] Pose {
    Vec3 position;
    float heading;  // @range(0, 360) @unit("deg")
};

union alignas(8) Reward {
    std::int64_t points;
    double gold;
};

struct [[memglass::observe]] Player {
    std::uint32_t id;        // @readonly
    char name[16];           // @regex("[A-Za-z0-9_]{1,15}")
    // How much it can take. @range(0, 100) @step(0.5)
    float health;            // @format("%.1f") @unit("hp") @desc("the player falls at 0")
    std::int32_t armour;     // @min(0)
    float speed;             // @max(20) @unit("m/s")
    std::uint64_t hits;      // @atomic
    Pose pose;
    Vec3 velocity;           // @seqlock
    char message[64];        // @locked
    Team team;
    Keys keys;
    std::int8_t state;       // @enum(IDLE=0, RUNNING=1, DOWN=-1)
    std::uint32_t effects;   // @flags(POISON=1, HASTE=2, SHIELD=4)
    const Player* target;    // @address
    std::uint8_t level : 5;  // @range(1, 31)
    std::uint8_t is_visible : 1;
    std::array<std::uint16_t, 4> ammo;
    std::int16_t grid[2][3];
    Reward reward;
};

}  // namespace game
