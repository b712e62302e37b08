typedef enum { red, green = 4, blue = -1 } color;
enum access { R = 1, W = 2, X = 4 };
struct hidden;
struct __attribute__((packed)) packed { char kind; int len; };
typedef struct quote {
    _Bool live;
    long long bid, ask;
    unsigned size : 20, flags : 3;
    union { int ticks; float real; };
    struct { short depth; char tail[3]; } inner;
    const struct packed *best;
    double grid[2][3];
} quote;
struct bits { char a; unsigned b : 7; unsigned c : 30; int : 0; short d : 9, e : 9; unsigned long f : 33; _Bool g : 1; };
struct bytes { unsigned char a : 5, b : 5; _Bool c : 1; unsigned char d : 7; color e : 3; };
struct gap { char a; int : 3; char b; };
struct end { char a; long : 0; };
struct __attribute__((packed)) tight { char a; int b : 20; unsigned char c : 7, d : 7; int : 0; int e : 9; short f : 9; };
struct lifted { char a; int b : 3 __attribute__((aligned(8))); int c : 3; };
struct partly { char a : 5; int b : 30 __attribute__((packed)); short c : 12; };
union overlaid { unsigned a : 3; unsigned char b : 5; long : 40; };
struct list { struct list *next; struct quote *volatile quotes[4]; int wide __attribute__((aligned(16))); struct packed small; };
int on_quote(const quote *q, int levels[static 4], float ratio);
extern quote book;
__attribute__((annotate("tick"))) static inline unsigned char tick(void) { return 1; }
_Complex double wave(long double x, const _Complex float y);
