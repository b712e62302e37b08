// A game whose players can be seen and steered while it runs:
//
//   game                            until Ctrl-C; meanwhile: memglass game
//
// Try: obs["alice"].health = 0, and see what the game makes of it.
#include <memglass/memglass.hpp>

#include "game_generated.hpp"  // made by memglass-gen from game_types.hpp

#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

namespace {

volatile std::sig_atomic_t is_ending = 0;

using Player = memglass::Stored<game::Player>;

constexpr std::int8_t running = 1, down = -1;

Player* join(const char* name, std::uint32_t id, game::Team team) {
    game::Player player{};
    player.id = id;
    std::snprintf(player.name, sizeof(player.name), "%s", name);
    player.health = 100;
    player.speed = 5;
    player.team = team;
    player.state = running;
    player.level = 1;
    player.is_visible = 1;
    player.ammo = {30, 12, 0, 1};
    return memglass::create<game::Player>(name, player);
}

/// One step of a player. Whatever an observer has changed since the last one counts.
void step(Player& player, float seconds) {
    if (player.health <= 0 && player.state != down) {
        player.state = down;
        player.message.update([](auto& text) { text = "waits for help"; });
    } else if (player.health > 0 && player.state == down) {
        player.state = running;
        player.message.update([](auto& text) { text = "is back"; });
    }
    if (player.state != running) {
        return;
    }
    game::Pose pose = player.pose.read();
    pose.position.x += player.speed * seconds;
    pose.heading = pose.heading >= 359 ? 0 : pose.heading + 1;
    player.pose = pose;
    player.velocity = game::Vec3{.x = player.speed, .y = 0, .z = 0};
    player.hits.fetch_add(1);
}

void run() {
    memglass::init("game");
    memglass::generated::register_all_types();
    Player* alice = join("alice", 1, game::Team::red);
    Player* bob = join("bob", 2, game::Team::blue);
    bob->is_visible() = 0;
    bob->effects = 2;
    std::cout << "game runs; look at it with: memglass game" << std::endl;
    while (!is_ending) {
        step(*alice, 0.01f);
        step(*bob, 0.01f);
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
        std::cerr << "game: " << error.what() << '\n';
        return 1;
    }
}
