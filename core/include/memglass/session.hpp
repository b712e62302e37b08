// A producer's session: objects in shared memory.
#ifndef MEMGLASS_SESSION_HPP
#define MEMGLASS_SESSION_HPP

#include <memglass/schema.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <new>
#include <vector>

namespace memglass {

/// How a session is made. 0 stands for the default.
struct Config {
    /// The directory of its segments; by default MEMGLASS_DIR, else /dev/shm.
    std::string dir = {};
    /// Bytes of the first region (1 MiB), and up to which regions grow (64 MiB).
    std::uint64_t initial_region_size = 0;
    std::uint64_t max_region_size = 0;
    /// How long the bytes of destroyed objects are kept, if memory allows (5 s).
    std::chrono::milliseconds grace = {};
    /// Bytes of destroyed objects that may wait before the oldest are reused early (256 KiB).
    std::uint64_t retired_budget = 0;
    /// Users who may open the session.
    memglass_mode mode = MEMGLASS_MODE_OWNER;
    /// Makes regions only when they are needed, without a thread.
    bool grows_on_demand = false;
    /// Objects that there is room for from the start; see reserve.
    std::vector<memglass_reservation> reserved = {};

    /// Makes room for `count` objects of type T when the session starts; several calls add up. Creating that many then
    /// takes no memory from the system. More may be created all the same.
    template <class T> Config& reserve(std::uint64_t count) {
        reserved.push_back({count, sizeof(Stored<T>), alignof(Stored<T>)});
        return *this;
    }
};

/// One producer's life under one name. All threads may use it. Destroying it ends the session: its segments are
/// removed, and pointers into it must not be used any more.
class Session {
public:
    /// Throws an Error: SESSION_EXISTS if a living producer has the name; a dead one's session is taken over.
    explicit Session(std::string_view name, const Config& config = {}) : number_(next_number()) {
        if (memglass_abi_version() / 1000 != MEMGLASS_ABI_VERSION / 1000) {
            throw Error(MEMGLASS_STATUS_BAD_ARGUMENT,
                        "the memglass library is of another version than memglass.hpp; compile the program again");
        }
        memglass_session_options options = {detail::text(config.dir),
                                            config.initial_region_size,
                                            config.max_region_size,
                                            static_cast<std::uint64_t>(config.grace.count()),
                                            config.retired_budget,
                                            config.mode,
                                            config.grows_on_demand,
                                            config.reserved.data(),
                                            config.reserved.size()};
        detail::check(memglass_session_create(detail::text(name), &options, &session_));
    }
    Session(Session&& other) noexcept
        : session_(std::exchange(other.session_, nullptr)), number_(other.number_) {}
    Session& operator=(Session&& other) noexcept {
        std::swap(session_, other.session_);
        std::swap(number_, other.number_);
        return *this;
    }
    ~Session() { memglass_session_close(session_); }

    /// Creates an object `T{args…}` under `label` and returns its storage, which lives until `destroy` or the end
    /// of the session.
    template <class T, class... Args> Stored<T>* create(std::string_view label, Args&&... args) {
        Image<T> image(T{std::forward<Args>(args)...});
        void* object = nullptr;
        detail::check(memglass_object_create(session_, detail::text(label), type<T>().number, image.bytes,
                                             sizeof(image.bytes), &object));
        return static_cast<Stored<T>*>(object);
    }

    /// Creates `count` objects `T{args…}` under one label, and returns the first.
    template <class T, class... Args>
    Stored<T>* create_array(std::string_view label, std::size_t count, Args&&... args) {
        Image<T> image(T{std::forward<Args>(args)...});
        void* first = nullptr;
        detail::check(memglass_array_create(session_, detail::text(label), type<T>().number, count, image.bytes,
                                            sizeof(image.bytes), &first));
        return static_cast<Stored<T>*>(first);
    }

    /// Destroys an object or array: observers learn that it is gone. Throws if there is none at this address.
    void destroy(void* object) { detail::check(memglass_object_destroy(session_, object)); }

    /// Zeroed memory that no observer sees before `register_object`.
    void* allocate(std::size_t bytes, std::size_t align = alignof(std::max_align_t)) {
        void* memory = nullptr;
        detail::check(memglass_allocate(session_, bytes, align, &memory));
        return memory;
    }
    /// Gives back allocated memory that is no object.
    void free(void* memory) { detail::check(memglass_free(session_, memory)); }

    /// Makes an object of allocated memory that holds an S, which is what `Stored<T>` is for a T; with a count, an
    /// array.
    template <class S> void register_object(S* memory, std::string_view label, std::size_t count = 0) {
        detail::check(memglass_register(session_, detail::text(label), memory, storage<S>().number, count));
    }

    /// Describes a T to observers before there is an object of it, and returns its type.
    template <class T> TypeId type() { return storage<Stored<T>>(); }
    TypeId type(const Record& record) {
        Schema schema;
        return added(schema, schema.stored(record));
    }

    /// Reuses the memory of objects that were destroyed long enough ago. `create` does the same.
    void reclaim() { detail::check(memglass_session_reclaim(session_)); }

    /// Ends the session, after giving observers up to `patience` to detach. Whether all of them had: those that
    /// stayed keep its last values. What lies in it can still be used, but no observer sees it.
    bool shutdown(std::chrono::milliseconds patience = {}) {
        auto ended = memglass_session_shutdown(session_, static_cast<std::uint64_t>((std::max)(patience.count(), {})));
        // That somebody looks on is no error: the session has ended.
        if (ended == MEMGLASS_STATUS_STILL_OBSERVED) {
            return false;
        }
        detail::check(ended);
        return true;
    }

    std::string_view name() const noexcept { return detail::view(memglass_session_name(session_)); }
    std::uint64_t object_count() const noexcept { return memglass_session_object_count(session_); }
    std::uint64_t memory_bytes() const noexcept { return memglass_session_memory_bytes(session_); }
    bool is_observed() const {
        bool is_observed = false;
        detail::check(memglass_session_is_observed(session_, &is_observed));
        return is_observed;
    }
    /// A copy of its types so far.
    Schema schema() const {
        memglass_schema* schema = nullptr;
        detail::check(memglass_session_schema(session_, &schema));
        return Schema(schema);
    }
    memglass_session* handle() const noexcept { return session_; }

private:
    /// The bytes that an object begins with.
    template <class T> struct Image {
        explicit Image(const T& value) { reinterpret_cast<Stored<T>*>(bytes)->init(value); }
        alignas(Stored<T>) unsigned char bytes[sizeof(Stored<T>)] = {};
    };

    /// The type of a place, which is looked up once for each session.
    template <class S> TypeId storage() {
        static std::atomic<std::uint64_t> known{0};
        std::uint64_t seen = known.load(std::memory_order_relaxed);
        if (seen >> 32 == number_) [[likely]] {
            return {static_cast<std::uint32_t>(seen)};
        }
        Schema schema;
        TypeId type = added(schema, storage_type<S>(schema));
        known.store(std::uint64_t{number_} << 32 | type.number, std::memory_order_relaxed);
        return type;
    }

    TypeId added(const Schema& schema, TypeId described) {
        TypeId type{};
        detail::check(memglass_session_add_type(session_, schema.handle(), described.number, &type.number));
        return type;
    }

    static std::uint32_t next_number() {
        // A plugin may have a counter of its own, beside sessions of the program, and begin anew when it is loaded
        // again: where the counter lies, and the time, tell them apart.
        static std::atomic<std::uint32_t> last{0};
        std::uint64_t place = reinterpret_cast<std::uintptr_t>(&last);
        auto time = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
        std::uint64_t mixed = (place ^ time << 20) * 0x9e3779b97f4a7c15u + ++last;
        auto number = static_cast<std::uint32_t>(mixed >> 32 ^ mixed);
        return number == 0 ? next_number() : number;
    }

    memglass_session* session_ = nullptr;
    /// Which session of this process it is; 0 is none.
    std::uint32_t number_;
};

namespace detail {

struct Global {
    Config config;
    std::unique_ptr<Session> session;
    /// Kept, because pointers into them may still be used.
    std::vector<std::unique_ptr<Session>> ended;
};

/// Never destroyed: other threads, and destructors of statics, may use its objects until the program is gone.
inline Global& global() {
    static Global& global = *new Global;
    return global;
}

}  // namespace detail

/// The session of `init`, for the functions below. Throws if there is none.
inline Session& session() {
    auto& session = detail::global().session;
    if (session == nullptr) [[unlikely]] {
        throw Error(MEMGLASS_STATUS_NO_SESSION, "there is no session: call memglass::init first");
    }
    return *session;
}

/// Settings for `init`. Throws if the session is there already, as they would have no effect.
inline Config& config() {
    auto& [config, session, ended] = detail::global();
    if (session != nullptr) {
        throw Error(MEMGLASS_STATUS_SESSION_EXISTS, "the session has been made: call memglass::config before init");
    }
    return config;
}

/// Starts the one session that most programs have. It ends with `shutdown`, which removes its memory. A program that
/// ends without it leaves its last values to look at, until it starts again or `memglass clean` removes them; it is
/// shown as exited, or as crashed if its exit code is not 0.
inline void init(std::string_view name) {
    auto& [config, session, ended] = detail::global();
    if (session != nullptr) {
        throw Error(MEMGLASS_STATUS_SESSION_EXISTS, "memglass::init was called already");
    }
    session = std::make_unique<Session>(name, config);
}

/// Ends it, after giving observers up to `patience` to detach. Whether all of them had; see Session::shutdown. What
/// lies in it can be used until the program ends, but no observer sees it.
inline bool shutdown(std::chrono::milliseconds patience = {}) {
    auto& [config, session, ended] = detail::global();
    if (session == nullptr) {
        return true;
    }
    ended.push_back(std::move(session));
    return ended.back()->shutdown(patience);
}

/// See Session::create.
template <class T, class... Args> Stored<T>* create(std::string_view label, Args&&... args) {
    return session().create<T>(label, std::forward<Args>(args)...);
}

/// See Session::create_array.
template <class T, class... Args>
Stored<T>* create_array(std::string_view label, std::size_t count, Args&&... args) {
    return session().create_array<T>(label, count, std::forward<Args>(args)...);
}

/// See Session::destroy.
inline void destroy(void* object) { session().destroy(object); }

/// See Session::allocate.
inline void* allocate(std::size_t bytes, std::size_t align = alignof(std::max_align_t)) {
    return session().allocate(bytes, align);
}

/// See Session::register_object.
template <class S> void register_object(S* memory, std::string_view label, std::size_t count = 0) {
    session().register_object(memory, label, count);
}

/// Describes types to observers before there are objects of them.
template <class... T> void register_types(Session& session) { (session.type<T>(), ...); }
template <class... T> void register_types() { register_types<T...>(session()); }

namespace detail {

/// The marked types of one generated header; every generated header of a program is in the list.
struct TypeList {
    explicit TypeList(std::span<const Record* const> records) noexcept
        : types(records), next(std::exchange(first, this)) {}
    /// A plugin that is unloaded takes its types along.
    ~TypeList() {
        TypeList** link = &first;
        while (*link != nullptr && *link != this) {
            link = &(*link)->next;
        }
        if (*link == this) {
            *link = next;
        }
    }
    TypeList(const TypeList&) = delete;
    TypeList& operator=(const TypeList&) = delete;

    std::span<const Record* const> types;
    TypeList* next;
    static inline TypeList* first = nullptr;
};

}  // namespace detail

namespace generated {

/// Describes the marked types of all generated headers that the program includes.
inline void register_all_types(Session& session) {
    for (detail::TypeList* list = detail::TypeList::first; list != nullptr; list = list->next) {
        for (const Record* record : list->types) {
            session.type(*record);
        }
    }
}
inline void register_all_types() { register_all_types(session()); }

}  // namespace generated

/// Lets containers keep their elements in session memory. Observers see none of it.
template <class T> struct Allocator {
    using value_type = T;

    Allocator() : owner(session().handle()) {}
    explicit Allocator(Session& session) noexcept : owner(session.handle()) {}
    template <class U> Allocator(const Allocator<U>& other) noexcept : owner(other.owner) {}

    T* allocate(std::size_t count) {
        if (count > (std::numeric_limits<std::size_t>::max)() / sizeof(T)) {
            throw std::bad_array_new_length();
        }
        void* memory = nullptr;
        detail::check(memglass_allocate(owner, count * sizeof(T), alignof(T), &memory));
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t) { detail::check(memglass_free(owner, memory)); }
    template <class U> friend bool operator==(const Allocator& one, const Allocator<U>& other) noexcept {
        return one.owner == other.owner;
    }

    /// Stays the same when its Session is moved.
    memglass_session* owner;
};

}  // namespace memglass

#endif
