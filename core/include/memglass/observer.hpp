// memglass for observers: look into the objects of another program, while it runs.
//
//     #include <memglass/observer.hpp>
//
//     memglass::Observer observer("trading_engine", memglass::Access::write);
//     if (!observer.connect()) { … }
//     std::int64_t bid = observer["AAPL_position"]["last_quote.bid_price"];
//     observer["AAPL_position"]["quantity"] = 500;
//
// docs/cpp.md is the introduction. Link with -lmemglass; C++20.
#ifndef MEMGLASS_OBSERVER_HPP
#define MEMGLASS_OBSERVER_HPP

#include <memglass/language.hpp>
#include <memglass/view.hpp>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <list>

namespace memglass {

/// What an observer may do.
enum class Access : std::uint32_t {
    read = MEMGLASS_ACCESS_READ,
    write = MEMGLASS_ACCESS_WRITE,
    /// Tries writes out: all checks are made, and its own reads see what would be there.
    trial = MEMGLASS_ACCESS_TRIAL,
};

/// Whether a session's producer is there.
enum class Presence : std::uint32_t {
    alive = MEMGLASS_PRESENCE_ALIVE,
    stopped = MEMGLASS_PRESENCE_STOPPED,
    exited = MEMGLASS_PRESENCE_EXITED,
    crashed = MEMGLASS_PRESENCE_CRASHED,
    restarted = MEMGLASS_PRESENCE_RESTARTED,
};

/// A live object, as of the last refresh.
struct ObjectInfo {
    std::string label;
    std::string type_name;
    TypeId type;
    /// Of an array of objects, how many elements it has; else 0.
    std::uint64_t count;
    std::uint64_t size;
    std::uint32_t slot;
    std::uint64_t generation;
    std::chrono::sys_time<std::chrono::nanoseconds> created;
};

/// A member of a type.
struct MemberInfo {
    std::string name;
    std::string type_name;
    TypeId type;
    std::uint64_t offset;
    bool readonly;
    std::string unit;
    std::string desc;
};

/// A type of a session. Types without a name, like arrays, are listed as well.
struct TypeInfo {
    std::string name;
    TypeId type;
    memglass_kind kind;
    std::uint64_t size;
    std::vector<MemberInfo> fields;
};

/// A session and its producer.
struct SessionInfo {
    std::string name;
    std::string program;
    std::string directory;
    std::uint32_t pid;
    std::chrono::sys_time<std::chrono::nanoseconds> started;
};

/// An observer of one session. One thread at a time may use it; its Views are independent of it.
class Observer {
public:
    /// An observer that has yet to `connect`. `dir` is the directory of the segments; empty for MEMGLASS_DIR, else
    /// /dev/shm.
    explicit Observer(std::string session, Access access = Access::read, std::string dir = {})
        : name_(std::move(session)), access_(access), dir_(std::move(dir)) {}
    Observer(Observer&& other) noexcept
        : name_(std::move(other.name_)),
          access_(other.access_),
          dir_(std::move(other.dir_)),
          observer_(std::exchange(other.observer_, nullptr)) {}
    Observer& operator=(Observer&& other) noexcept {
        std::swap(name_, other.name_);
        std::swap(access_, other.access_);
        std::swap(dir_, other.dir_);
        std::swap(observer_, other.observer_);
        return *this;
    }
    ~Observer() { memglass_observer_free(observer_); }

    /// Attaches; throws an Error that says why it cannot.
    void attach() {
        memglass_observer* attached = nullptr;
        detail::check(memglass_observer_attach(detail::text(name_), detail::text(dir_),
                                               static_cast<std::uint32_t>(access_), &attached));
        memglass_observer_free(std::exchange(observer_, attached));
    }
    /// Attaches; false if there is no such session yet. Throws if there is one that cannot be attached to.
    [[nodiscard]] bool connect() {
        try {
            attach();
            return true;
        } catch (const Error& error) {
            if (error.status() != MEMGLASS_STATUS_NO_SUCH_SESSION && error.status() != MEMGLASS_STATUS_STARTING) {
                throw;
            }
            return false;
        }
    }

    bool is_connected() const noexcept { return observer_ != nullptr; }
    /// Detaches. Its Views stay as they are.
    void disconnect() noexcept { memglass_observer_free(std::exchange(observer_, nullptr)); }

    /// Takes in the types and objects that came and went; true if any did. Costs one load if nothing changed.
    bool refresh() {
        bool has_changed = false;
        detail::check(memglass_observer_refresh(attached(), &has_changed));
        return has_changed;
    }
    /// The count of structural changes at this moment: while it is the same, a refresh has no news.
    std::uint64_t sequence() const { return memglass_observer_epoch(attached()); }

    Presence producer() const {
        std::uint32_t presence = 0;
        detail::check(memglass_observer_presence(attached(), &presence));
        return static_cast<Presence>(presence);
    }
    std::uint32_t producer_pid() const { return session().pid; }
    SessionInfo session() const {
        memglass_session_info info;
        detail::check(memglass_observer_session(attached(), &info));
        return {std::string(detail::view(info.name)), std::string(detail::view(info.program)),
                std::string(detail::view(info.directory)), info.pid, time(info.started_ns)};
    }

    std::uint64_t object_count() const { return memglass_observer_object_count(attached()); }
    /// The live objects as of the last refresh.
    std::vector<ObjectInfo> objects() const {
        std::vector<ObjectInfo> objects;
        detail::check(memglass_observer_objects(
            attached(),
            [](void* context, const memglass_object_info* object) {
                static_cast<std::vector<ObjectInfo>*>(context)->push_back(info(*object));
                return true;
            },
            &objects));
        return objects;
    }
    std::vector<TypeInfo> types() const;

    /// The object with this label; an empty View if there is none.
    View find(std::string_view label) const {
        memglass_field* field = nullptr;
        memglass_status status = memglass_observer_find(attached(), detail::text(label), nullptr, nullptr);
        if (status == MEMGLASS_STATUS_NO_SUCH_OBJECT) {
            return View();
        }
        detail::check(status);
        std::string path = quoted(label);
        status = memglass_observer_field(attached(), detail::text(path), &field);
        if (status == MEMGLASS_STATUS_NO_SUCH_OBJECT) {
            // Destroyed meanwhile.
            return View();
        }
        detail::check(status);
        return View(field);
    }
    /// The object with this label. Throws if there is none.
    View operator[](std::string_view label) const { return field(quoted(label)); }
    View get(const ObjectInfo& object) const { return (*this)[object.label]; }
    /// What a path leads to: `AAPL_position.last_quote.bid_price`, `book.levels[2].price`.
    View field(std::string_view path) const {
        memglass_field* field = nullptr;
        detail::check(memglass_observer_field(attached(), detail::text(path), &field));
        return View(field);
    }

    const memglass_observer* handle() const { return attached(); }

private:
    memglass_observer* attached() const {
        if (observer_ == nullptr) [[unlikely]] {
            throw Error(MEMGLASS_STATUS_NO_SESSION, "the observer is not attached: call connect first");
        }
        return observer_;
    }
    static std::chrono::sys_time<std::chrono::nanoseconds> time(std::uint64_t ns) {
        return std::chrono::sys_time<std::chrono::nanoseconds>(
            std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
    }
    static ObjectInfo info(const memglass_object_info& object) {
        return {std::string(detail::view(object.label)), std::string(detail::view(object.type_name)),
                {object.type_id}, object.count, object.size, object.slot, object.generation, time(object.created_ns)};
    }
    /// A label as a path, whatever characters it has.
    static std::string quoted(std::string_view label) {
        std::string path = "\"";
        for (char character : label) {
            if (character == '"' || character == '\\') {
                path += '\\';
            }
            path += character;
        }
        return path += '"';
    }

    std::string name_;
    Access access_;
    std::string dir_;
    memglass_observer* observer_ = nullptr;
};

inline std::vector<TypeInfo> Observer::types() const {
    memglass_schema* copy = nullptr;
    detail::check(memglass_observer_schema(attached(), &copy));
    Schema schema(copy);
    auto type_name = [&schema](std::uint32_t id) {
        return detail::copied([&](auto* buffer, auto capacity, auto* len) {
            return memglass_schema_type_name(schema.handle(), id, buffer, capacity, len);
        });
    };
    std::vector<TypeInfo> types;
    for (std::uint32_t id = 0; id < memglass_schema_len(schema.handle()); ++id) {
        memglass_type_info known;
        // One that is damaged was left out.
        if (memglass_schema_type(schema.handle(), id, &known) != MEMGLASS_STATUS_OK) {
            continue;
        }
        TypeInfo type{type_name(id), {id}, static_cast<memglass_kind>(known.kind), known.size, {}};
        for (std::uint32_t index = 0; index < known.member_count; ++index) {
            memglass_member_info member;
            detail::check(memglass_schema_member(schema.handle(), id, index, &member));
            type.fields.push_back({std::string(detail::view(member.name)), type_name(member.type_id),
                                   {member.type_id}, member.offset, member.readonly,
                                   std::string(detail::view(member.unit)), std::string(detail::view(member.desc))});
        }
        types.push_back(std::move(type));
    }
    return types;
}

/// What happened to a field that a Sampler looks at. Valid during the call that gets it.
class Update {
public:
    enum class Kind : std::uint32_t {
        appeared = MEMGLASS_UPDATE_KIND_APPEARED,
        changed = MEMGLASS_UPDATE_KIND_CHANGED,
        vanished = MEMGLASS_UPDATE_KIND_VANISHED,
    };
    explicit Update(const memglass_update& update) noexcept : update_(&update) {}

    std::string_view path() const noexcept { return detail::view(memglass_field_path(update_->field)); }
    Kind kind() const noexcept { return static_cast<Kind>(update_->kind); }
    /// The value before and now, as text for people; empty if there is none.
    std::string old_value() const { return show(update_->old, update_->old_len); }
    std::string new_value() const { return show(update_->now, update_->now_len); }
    /// The value now, as a number. Throws if there is none, or it is none.
    template <detail::Numeric T> T as() const {
        if constexpr (std::floating_point<T>) {
            double real = 0;
            detail::check(memglass_field_real_of(update_->field, update_->now, update_->now_len, &real));
            return static_cast<T>(real);
        } else {
            memglass_integer integer{};
            detail::check(memglass_field_integer_of(update_->field, update_->now, update_->now_len, &integer));
            return static_cast<T>(static_cast<Int128>(integer.high) << 64 | integer.low);
        }
    }
    /// How many values were published since the last update, if the field is guarded; else 0.
    std::uint64_t writes() const noexcept { return update_->writes; }
    bool is_torn() const noexcept { return update_->is_torn; }
    std::chrono::nanoseconds time() const noexcept {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(update_->time_ns));
    }

private:
    std::string show(const std::uint8_t* bytes, std::size_t bytes_len) const {
        if (bytes == nullptr) {
            return {};
        }
        return detail::copied([&](auto* buffer, auto capacity, auto* len) {
            return memglass_field_show_of(update_->field, bytes, bytes_len, buffer, capacity, len);
        });
    }

    const memglass_update* update_;
};

/// A thread that looks at fields at steady rates. Destroying it waits for the thread, so none of its functions may
/// do that.
class Sampler {
public:
    Sampler() { detail::check(memglass_sampler_start(&sampler_)); }
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;
    ~Sampler() {
        memglass_sampler_free(sampler_);
        for (auto& receiver : receivers_) {
            receiver.turn.load(std::memory_order_acquire);
        }
        for (auto* subscription : subscriptions_) {
            memglass_subscription_free(subscription);
        }
    }

    /// Calls `update` with an Update on the sampler's thread for each change of the selected fields: paths, or patterns
    /// like `*_position.quantity`. `hz` is how often they are looked at in a second; 0 for as often as one
    /// processor can. `update` must not throw.
    void subscribe(const Observer& observer, std::initializer_list<std::string_view> selections, double hz,
                   std::function<void(const Update&)> update) {
        std::vector<memglass_text> texts;
        for (std::string_view selection : selections) {
            texts.push_back(detail::text(selection));
        }
        auto& receiver = receivers_.emplace_back(std::move(update));
        receiver.turn.store(1, std::memory_order_release);
        memglass_subscription* subscription = nullptr;
        detail::check(memglass_sampler_subscribe(
            sampler_, observer.handle(), texts.data(), texts.size(), hz,
            [](void* context, const memglass_update* news) noexcept {
                auto& self = *static_cast<Receiver*>(context);
                self.turn.load(std::memory_order_acquire);
                self.update(Update(*news));
                self.turn.store(2, std::memory_order_release);
            },
            &receiver, &subscription));
        subscriptions_.push_back(subscription);
    }

private:
    /// What a subscription calls. The library hands it to its thread and back; `turn` does so once more, where the
    /// thread sanitizer can see it.
    struct Receiver {
        explicit Receiver(std::function<void(const Update&)> function) : update(std::move(function)) {}
        std::function<void(const Update&)> update;
        std::atomic<int> turn{0};
    };

    memglass_sampler* sampler_ = nullptr;
    std::list<Receiver> receivers_;
    std::vector<memglass_subscription*> subscriptions_;
};

}  // namespace memglass

#endif
