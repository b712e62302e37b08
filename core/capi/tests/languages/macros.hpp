// What other libraries define, before our headers come: Xlib, Windows, Qt, GLib, ncurses.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

// X.h and Xlib.h
#define None 0L
#define Bool int
#define Status int
#define True 1
#define False 0
#define Success 0
#define Always 2
#define Above 0
#define Below 1
#define Complex 0
#define Convex 2
#define CurrentTime 0L
#define Expose 12
#define GrayScale 1
#define KeyPress 2
#define NoSymbol 0L
#define Unsorted 0

// windows.h
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define BOOL int
#define CALLBACK
#define CONST const
#define DELETE 0x00010000L
#define ERROR 0
#define IN
#define IGNORE 0
#define NO_ERROR 0L
#define OPTIONAL
#define OUT
#define TRUE 1
#define FALSE 0
#define VOID void
#define far
#define near
#define interface struct
#define small char
#define GetObject GetObjectW
#define CreateFile CreateFileW

// Qt
#define emit
#define foreach for
#define forever for (;;)
#define signals public
#define slots

// GLib and ncurses
#define ABS(a) (((a) < 0) ? -(a) : (a))
#define CLAMP(x, low, high) (x)
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#define ERR (-1)
#define OK (0)
