// Each line with a mark of a slash, a slash and a tilde is refused with the text behind it, and no other line is.
#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

struct [[memglass::observe]] Library {
    int fine;
    std::string text;                       //~ std::string keeps its text elsewhere: use char[N]
    std::string_view view;                  //~ use char[N]
    std::vector<int> vector;                //~ use T[N] or std::array<T, N>
    std::deque<int> deque;                  //~ keeps its elements elsewhere
    std::list<int> list;                    //~ keeps its elements elsewhere
    std::map<int, int> map;                 //~ use an array of a struct with key and value
    std::unordered_map<int, int> hash;      //~ use an array of a struct with key and value
    std::set<int> set;                      //~ keeps its elements elsewhere
    std::unique_ptr<int> owner;             //~ keep the value itself
    std::shared_ptr<int> shared;            //~ keep the value itself
    std::function<void()> call;             //~ is code of this process
    std::optional<int> maybe;               //~ use a bool and a value
    std::variant<int, long> either;         //~ use a union
    std::pair<int, int> pair;               //~ use a struct of your own
    std::tuple<int, int> tuple;             //~ use a struct of your own
    std::bitset<8> bitset;                  //~ use an unsigned integer with @flags
    std::complex<double> complex;           //~ use two members
    std::atomic<int> atomic;                //~ use the bare type, with @atomic
    std::mutex mutex;                       //~ cannot be shared
    std::chrono::nanoseconds time;          //~ use std::int64_t with @unit("ns")
    std::byte byte;                         //~ use std::uint8_t
    std::array<std::string, 2> texts;       //~ use char[N]
    std::vector<int> vectors[2];            //~ use T[N] or std::array<T, N>
};

struct Plain {
    int x;
};

struct [[memglass::observe]] Members {
    int* pointer;                           //~ write @address to show the address itself
    void (*code)(int);  // @address         //~ a pointer to a function cannot be shown
    int Plain::*member;                     //~ a pointer to a member cannot be shown
    int& reference;                         //~ keep what it refers to
    const int constant = 1;                 //~ it is const
    volatile int changing;                  //~ it is volatile
    long double wide;                       //~ use float or double
    int none[0];                            //~ without elements
    std::array<int, 0> empty;               //~ without elements
    static int shared;
    int fine;
};

struct [[memglass::observe]] Virtual {
    int x;
    virtual void act();                     //~ virtual functions
};

struct [[memglass::observe]] Destroyed {
    int x;
    ~Destroyed();                           //~ a destructor of its own
};

struct [[memglass::observe]] Copied {
    Copied() = default;
    Copied(const Copied&);                  //~ a constructor that copies or moves
    int x;
};

struct [[memglass::observe]] Assigned {
    Assigned& operator=(const Assigned&);   //~ past an assignment of its own
    int x;
};

struct [[memglass::observe]] Built {
    explicit Built(int);                    //~ needs a constructor without parameters
    int x;
};

class [[memglass::observe]] Hidden {
    int secret;                             //~ it is private
};

struct Base {
    int x;
};
struct [[memglass::observe]] Both : Base {  //~ only one class of a hierarchy can have members
    int y;
};
struct [[memglass::observe]] Virtually : virtual Base {  //~ a virtual base
};

struct [[memglass::observe]] Empty {        //~ has no members to observe
};

union [[memglass::observe]] Narrow {        //~ write `union alignas(8) Narrow`
    int a;
    float b;
};

struct [[memglass::observe]] Nameless {
    union {                                 //~ need a union with a name
        int a;
        float b;
    };
};

struct [[memglass::observe]] __attribute__((packed)) Packed {
    char a;
    int b;                                  //~ it is packed
};

struct [[memglass::observe]] Narrowed {
    unsigned a : 17;                        //~ it shares bytes with b
    char b;
};

namespace {
struct [[memglass::observe]] Local {        //~ a namespace without a name
    int x;
};
}  // namespace

template <class T> struct [[memglass::observe]] Box {  //~ this is a template
    T value;
};

enum class [[memglass::observe]] Color { red };  //~ enumerations need no mark
enum class Nothing : int;

struct [[memglass::observe]] Numbers {
    Nothing nothing;                        //~ an enumeration without values
};

class Outer {
public:
    struct [[memglass::observe]] Seen {
        int x;
    };

private:
    struct [[memglass::observe]] Unseen {   //~ is private, so that generated code cannot name it
        int x;
    };
};

struct [[memglass::observe]] Annotated {
    int a;         // @readnly //~ did you mean @readonly?
    int b;         // @range(0) //~ @range takes two numbers
    int c;         // @range(9, 1) //~ min 9 is greater than max 1
    int d;         // @min //~ @min takes a number
    char e[8];     // @min(0) //~ min needs a number, this is text
    int f;         // @regex("[A-Z]+") //~ regex needs text
    char g[8];     // @regex("[A-Z") //~ not a regular expression
    int h;         // @format("%y") //~ which is no conversion
    int i;         // @enum(A, B) //~ @enum names numbers
    int8_t j;      // @enum(A=300) //~ does not fit
    int k;         // @enum(A=1) @flags(B=1) //~ @flags contradicts @enum
    int l;         // @atomic @locked //~ @locked contradicts @atomic
    Plain m;       // @atomic //~ it cannot be @atomic
    int n;         // @atomic(1) //~ takes no value
    int o;         // @unit(ticks) //~ takes a text in quotes
    int p;         // @step(0) //~ step must be greater than 0
    int q;         // @readonly @readonly //~ given twice
    int r;         // @address //~ @address is for pointers
    unsigned s : 3;  // @atomic //~ a bitfield shares an integer
    int t;         // @enum(1ST=1) //~ cannot be written in a path
    int u;         // @enum(A=1, A=2) //~ has A twice
    double v;      // @range(0, x) //~ @range takes two numbers

    // @readonly //~ belongs to no member

    int w;         // @brief A word of another tool.
};

// @readonly //~ says nothing about a struct
struct [[memglass::observe]] Noted {
    int x;
};

// @seqlock
struct [[memglass::observe]] Whole {
    int x;  // @atomic //~ is protected already
};

struct [[memglass::observe]] Reserved {
    int init;                               //~ is taken in the generated code
};

[[memglass::observe]] int variable;         //~ this marks no struct

// A mark that is written otherwise marks nothing, and what it is meant for would be left out in silence.
struct [[memglass::obsrve]] Misspelt { int x; };             //~ "memglass::obsrve" marks nothing
struct [[memglas::observe]] MisspeltToo { int x; };          //~ "memglas::observe" marks nothing
struct [[nodiscard, memglass::Observe]] InAList { int x; };  //~ "memglass::Observe" marks nothing
struct [[observe]] Alone { int x; };                         //~ "observe" marks nothing
struct [[memglass_observe]] Joined { int x; };               //~ "memglass_observe" marks nothing
struct [[deprecated, gnu::aligned(8)]] OfOthers { int x; };
inline int inside_of_a_function() {
    struct [[memglass::observe]] Inside { int x; };          //~ this marks no struct outside of functions
    return static_cast<int>(sizeof(Inside));
}

union alignas(8) PackedPart {
    int a;                                  // @variant(1)
    int b;                                  //~ nothing says when b is there: write @variant(VALUE), with a value of kind
};

union alignas(8) PackedWhole {
    int a;                                  // @variant(1)
    int b;                                  // @variant(2)
};

// @seqlock
struct [[memglass::observe]] PackedChosen {
    int kind;
    PackedPart part;                            // @variant(kind)
};

// @seqlock
struct [[memglass::observe]] PackedNobody {
    int kind;
    PackedWhole whole;                          //~ a has @variant, and nothing says which member is there: write @variant(tag) here
};

// @seqlock
struct [[memglass::observe]] PackedCounted {
    int n;
    int list[4];                            // @count(m) //~ "m" is not defined; did you mean "n"?
};

// @seqlock
struct [[memglass::observe]] PackedLate {
    int list[4];                            // @count(n) //~ "n"
    int n;
};

// @seqlock
struct [[memglass::observe]] PackedOne {
    int n;                                  // @count(n) //~ @count is for arrays
};

// @seqlock
struct [[memglass::observe]] PackedNoted {
    int n;                                  // @range(0, 4) //~ have no other annotations: leave them out
    int list[4];                            // @count(n)
};

// @seqlock
struct [[memglass::observe]] PackedGrid {
    int n;
    int list[4][2];                         // @count(n) //~ use an array of structs
};

struct [[memglass::observe]] PackedLoose {        //~ PackedLoose is read as one record: protect it with @seqlock or @locked
    int n;
    int list[4];                            // @count(n)
};

struct [[memglass::observe]] PackedBytes {
    int number;                             // @layout("struct a { u8 n; };") //~ @layout is for arrays of std::uint8_t
    std::uint8_t text[8];                   // @layout("struct a { u8 n };") //~ not a layout: line 1, column 17
    std::uint8_t none[8];                   // @layout("enum E : u8 { A };") //~ not a layout: it defines no struct
};

struct [[memglass::observe]] PackedWords {
    std::uint8_t two[8];                    // @atomic @layout("struct a { u8 n; };") //~ @layout contradicts @atomic
    std::uint8_t bare[8];                   // @layout //~ @layout takes a text in quotes
    int some[4];                            // @count //~ @count takes another member: write @count(len)
};
